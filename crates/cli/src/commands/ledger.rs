//! `lockstep ledger`: the steps by hand that the playbooks replace, and what takes each of them over.

use std::io::Write as _;

use clap::Args;
use orchestrator::Table;
use report::write_table;
use tasks::{Column, Means};

use crate::error::Outcome;
use crate::exit::Exit;
use crate::surroundings::Surroundings;

/// List the steps by hand that are replaced, and by what
///
/// `hardware` are the 64 steps for a fault-tolerant server with its appliance, `software` the 101 for vSphere
/// Fault Tolerance with eight VMs on two hosts. `lockstep apply --ledger` says what became of each in a run.
#[derive(Args, Debug)]
pub(crate) struct LedgerArgs {
    /// Only this list: `hardware` or `software`
    #[arg(long, value_name = "LIST")]
    column: Option<Column>,
}

/// Prints the lists.
pub(crate) fn run(args: &LedgerArgs, surroundings: &Surroundings) -> Outcome {
    let console = &surroundings.console;
    let chosen =
        Column::ALL.into_iter().filter(|column| args.column.is_none_or(|one| one == *column));
    console.result(|out| {
        for column in chosen {
            for table in tables(column) {
                write_table(out, &table, &console.out)?;
                writeln!(out)?;
            }
            writeln!(out, "{}", totals(column))?;
        }
        Ok(())
    })?;
    Ok(Exit::DONE)
}

fn tables(column: Column) -> Vec<Table> {
    let steps = column.steps();
    let phases = (1..).zip(column.phases());
    let table = |(phase, name): (u32, String)| {
        let of_phase = steps.iter().filter(|step| step.phase == phase);
        let rows = of_phase.map(|step| {
            let number = format!("{phase}.{}", step.number);
            vec![number, step.text.clone(), step.means.as_str().to_owned()]
        });
        Table {
            title: format!("{column} {phase}: {name}"),
            columns: ["step", "by hand", "instead"].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    };
    phases.map(table).collect()
}

fn totals(column: Column) -> String {
    let steps = column.steps();
    let count = |means: Means| steps.iter().filter(|step| step.means == means).count();
    let parts = Means::ALL.into_iter().map(|means| (count(means), means.as_str()));
    let parts: Vec<_> = parts
        .filter(|(number, _)| *number > 0)
        .map(|(number, how)| format!("{number} {how}"))
        .collect();
    format!("{column}: {} steps: {}.\n", steps.len(), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_shown_whole() {
        let rows = |column| tables(column).iter().map(|table| table.rows.len()).sum::<usize>();
        assert_eq!((rows(Column::Hardware), rows(Column::Software)), (64, 101));
        assert_eq!(
            totals(Column::Software),
            "software: 101 steps: 67 API, 24 kickstart, 2 hands, behind a gate, 8 not needed.\n"
        );
    }
}
