//! `lockstep ft rebalance`: which secondaries should move so that hosts are even. Changes nothing.

use std::io::{self, Write};
use std::path::Path;

use clap::{Args, ValueEnum};
use orchestrator::Table;
use playbook::{Connection, DEFAULT_CONNECTION};
use report::{Style, write_table};
use serde::Serialize;
use tasks::{PairsByHost, Rebalance, RebalanceMove, pairs_by_host, rebalance};

use super::choosing::not_read;
use crate::connection::{ConnectionArgs, Extras, Sessions, Target};
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::secrets::Secrets;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Propose which secondaries should move, so that the load of a failed host lands evenly; changes nothing
///
/// Looks at the pairs there are and at the limits of the cluster, memory, rules and datastores. Of two hosts there is
/// nothing to choose.
#[derive(Args, Debug)]
pub(crate) struct RebalanceArgs {
    /// Look at this cluster only
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// How to show the proposal
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: RebalanceOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RebalanceOutput {
    /// Tables for people
    Text,
    /// One JSON document
    Json,
}

#[derive(Serialize)]
struct Document {
    v: u32,
    server: String,
    /// Always false: it is a proposal.
    changed: bool,
    pairs: usize,
    unprotected: usize,
    moves: Vec<MoveDocument>,
    before: Vec<PairsDocument>,
    after: Vec<PairsDocument>,
}

#[derive(Serialize)]
struct MoveDocument {
    vm: String,
    vcpus: u32,
    primary: String,
    from: String,
    to: String,
}

#[derive(Serialize)]
struct PairsDocument {
    primary: String,
    secondary: String,
    pairs: usize,
    vcpus: u32,
}

/// Reads, proposes, shows.
pub(super) async fn run(args: &RebalanceArgs, surroundings: &Surroundings) -> Outcome {
    let extras = Extras { args: &args.connection, surroundings, base: Path::new("") };
    let target = Target::of(&Connection::unset(DEFAULT_CONNECTION), true, extras)?;
    let server = target.url.authority();
    let secrets = Secrets::new("", surroundings);
    let stop = Stop::listen()?;
    let sessions = Sessions::open(vec![target], &secrets, surroundings, &stop).await?;
    let found = match sessions.clients().next() {
        Some((_, client)) => {
            let reader = client.reader();
            let looking =
                async { rebalance(&reader, args.cluster.as_deref()).await.map_err(not_read) };
            stop.or(looking).await
        }
        None => Err(CliError::bug("no session was opened")),
    };
    sessions.close(surroundings).await;
    let found = found?;
    let console = &surroundings.console;
    match args.output {
        RebalanceOutput::Text => console.result(|out| write_text(out, &found, &console.out))?,
        RebalanceOutput::Json => console.result(|out| {
            serde_json::to_writer_pretty(&mut *out, &document(server, found))?;
            out.push(b'\n');
            Ok(())
        })?,
    }
    Ok(Exit::DONE)
}

fn document(server: String, found: Rebalance) -> Document {
    let pairs = |pairs: PairsByHost| {
        let entry = |((primary, secondary), (pairs, vcpus))| PairsDocument {
            primary,
            secondary,
            pairs,
            vcpus,
        };
        pairs.into_iter().map(entry).collect()
    };
    let step = |step: RebalanceMove| {
        let RebalanceMove { vm, vcpus, primary, from, to } = step;
        MoveDocument { vm, vcpus, primary, from, to }
    };
    Document {
        v: 1,
        server,
        changed: false,
        pairs: found.pairs,
        unprotected: found.unprotected,
        moves: found.moves.into_iter().map(step).collect(),
        before: pairs(found.before),
        after: pairs(found.after),
    }
}

fn write_text(out: &mut Vec<u8>, found: &Rebalance, style: &Style) -> io::Result<()> {
    let tables = [("Now", &found.before), ("After the moves", &found.after)];
    if !found.moves.is_empty() {
        write_table(out, &moves(&found.moves), style)?;
        writeln!(out)?;
    }
    for (when, pairs) in tables {
        if let Some(table) = matrix(when, pairs)
            && (when == "Now" || !found.moves.is_empty())
        {
            write_table(out, &table, style)?;
            writeln!(out)?;
        }
    }
    if found.unprotected > 0 {
        writeln!(
            out,
            "{} pairs are not protected now and stay where they are.",
            found.unprotected
        )?;
    }
    let most = |pairs: &PairsByHost| pairs.values().map(|(_, vcpus)| *vcpus).max().unwrap_or(0);
    match (found.pairs, found.moves.len()) {
        (0, _) => writeln!(out, "There are no pairs."),
        (pairs, 0) => writeln!(out, "{pairs} pairs are as even as limits and rules allow."),
        (pairs, moves) => writeln!(
            out,
            "{moves} of {pairs} secondaries should move. When one host fails, another takes over {} vCPUs of it at \
             most, instead of {}.\nThis is a proposal: nothing was changed. Migrate the secondaries in vCenter, in \
             this order.",
            most(&found.after),
            most(&found.before),
        ),
    }
}

fn moves(moves: &[RebalanceMove]) -> Table {
    let columns = ["VM", "vCPUs", "primary on", "secondary on", "should be on"];
    let row = |step: &RebalanceMove| {
        let RebalanceMove { vm, vcpus, primary, from, to } = step;
        vec![vm.clone(), vcpus.to_string(), primary.clone(), from.clone(), to.clone()]
    };
    Table {
        title: "Secondaries that should move".to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: moves.iter().map(row).collect(),
    }
}

fn matrix(when: &str, pairs: &PairsByHost) -> Option<Table> {
    let each = pairs.iter().flat_map(|((primary, secondary), (number, _))| {
        std::iter::repeat_n((primary.as_str(), secondary.as_str()), *number)
    });
    let table = pairs_by_host(each)?;
    Some(Table { title: format!("{when}: {}", table.title), ..table })
}
