//! Decoding and encoding one property answer in memory.

use std::path::Path;
use std::process::Command;

use e2e::{Foreign, Lab};
use rustix::time::{ClockId, clock_gettime};
use vim25::methods::RetrievePropertiesEx;
use vim25::soap::{self, Limits};
use vim25::types::RetrieveResult;

use crate::figures::{head, line, median};
use crate::reading::machines_spec;
use crate::{EIGHT, Failure, MACHINES, ROUNDS};

pub(crate) async fn measure(lab: &Lab, python: &Path) -> Result<(), Failure> {
    let (answer, version) = fetch(lab).await?;
    let encode = || soap::encode_response::<RetrievePropertiesEx>(&answer, version);
    let xml = encode();
    let file = lab.folder().join("answer.xml");
    std::fs::write(&file, &xml)?;
    let (mut decoding, mut encoding, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        decoding.push(cpu_of(|| decode(&xml)));
        encoding.push(cpu_of(encode));
        foreign.push(decode_with_pyvmomi(python, &file)?);
    }
    let bytes = size(xml.len());
    let speed = |seconds: Vec<f64>| bytes / median(seconds) / 1e6;
    let (decoding, encoding, foreign) = (speed(decoding), speed(encoding), speed(foreign));
    head(
        &format!("One answer of {MACHINES} virtual machines, {} properties each", EIGHT.len()),
        &[
            &format!(
                "{:.1} MB of XML in memory; MB of it per second of CPU of one thread",
                bytes / 1e6
            ),
            "decoding makes typed objects of it, encoding makes it of them",
        ],
    );
    let mbs = |figure: f64| format!("{figure:.1} MB/s");
    let ratio = decoding / foreign;
    let aims = [(decoding, 200.0, " MB/s"), (ratio, 40.0, "x")];
    line("decode", &mbs(decoding), &mbs(foreign), Some(ratio), &aims);
    line("encode", &mbs(encoding), "", None, &[(encoding, 500.0, " MB/s")]);
    Ok(())
}

/// The answer as the mock gives it, all pages in one.
async fn fetch(lab: &Lab) -> Result<(Option<Box<RetrieveResult>>, vim25::Version), Failure> {
    let client = lab.client().await;
    let reader = client.reader();
    let (view, spec) = machines_spec(&reader, &EIGHT).await?;
    let first = RetrievePropertiesEx {
        this: reader.content().property_collector.clone(),
        spec_set: vec![spec],
        ..Default::default()
    };
    let mut answer = reader.invoke(&first).await?.ok_or("the mock answers nothing")?;
    while let Some(token) = answer.token.take() {
        let next = vim25::methods::ContinueRetrievePropertiesEx {
            this: first.this.clone(),
            token,
            ..Default::default()
        };
        let page = reader.invoke(&next).await?;
        answer.objects.extend(page.objects);
        answer.token = page.token;
    }
    reader.invoke(&vim25::methods::DestroyView { this: view, ..Default::default() }).await?;
    let version = reader.version();
    client.close().await?;
    assert_eq!(answer.objects.len(), MACHINES, "the mock serves another number of machines");
    Ok((Some(answer), version))
}

fn decode(xml: &[u8]) {
    let limits = Limits::default();
    let reply = soap::decode_response::<RetrievePropertiesEx>(xml, &limits);
    let objects = reply.ok().and_then(Result::ok).flatten().map_or(0, |page| page.objects.len());
    assert_eq!(objects, MACHINES, "the answer was not decoded whole");
}

/// Seconds of CPU of this process.
fn cpu_of<T>(work: impl FnOnce() -> T) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        std::time::Duration::try_from(time).unwrap_or_default()
    };
    let start = now();
    let made = work();
    let spent = now() - start;
    drop(made);
    spent.as_secs_f64()
}

/// Seconds of CPU of one round, after one round that does not count.
fn decode_with_pyvmomi(python: &Path, file: &Path) -> Result<f64, Failure> {
    let script = Foreign::script("bench/pyvmomi_decode.py");
    let output = Command::new(python).arg(script).arg(file).arg("2").output()?;
    let text = String::from_utf8(output.stdout)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let [objects, _first, second] = words[..] else {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    };
    assert_eq!(objects.parse::<usize>()?, MACHINES, "pyVmomi decoded another number of machines");
    Ok(second.parse()?)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn size(bytes: usize) -> f64 {
    bytes as f64
}
