#!/usr/bin/env python3
"""The exact optimum of placement problems, by HiGHS.

Reads estates as JSON lines (the form that the crate `placement` writes) from standard input and prints one
number each: how many secondaries can be placed at most. The model is written from the documented rules, not
from our solver: a pair uses its primary's and its secondary's host, every file lies on one datastore that the
secondary's host reaches.
"""

import json
import sys

import highspy


# What the operator pinned comes before any number of others.
PINNED = 1000.0


class Model:
    """A maximisation over 0/1 variables."""

    def __init__(self):
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("mip_rel_gap", 0.0)
        self.solver.setOptionValue("time_limit", 60.0)
        self.count = 0

    def variable(self, gain=0.0):
        self.solver.addVar(0.0, 1.0)
        self.solver.changeColIntegrality(self.count, highspy.HighsVarType.kInteger)
        self.solver.changeColCost(self.count, gain)
        self.count += 1
        return self.count - 1

    def row(self, low, high, terms):
        if terms:
            merged = {}
            for variable, factor in terms:
                merged[variable] = merged.get(variable, 0) + factor
            self.solver.addRow(low, high, len(merged), list(merged), [float(f) for f in merged.values()])

    def optimum(self):
        if self.count == 0:
            return 0
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise SystemExit(f"no optimum: {self.solver.getModelStatus()}")
        gain = round(self.solver.getInfo().objective_function_value)
        return gain // round(PINNED) + gain % round(PINNED)


def candidates(estate, vm):
    home = estate["hosts"][vm["host"]]
    for at, host in enumerate(estate["hosts"]):
        allowed = vm["allowed"] is None or at in vm["allowed"]
        wanted = vm["pinned"] is None or vm["pinned"] == at
        if at != vm["host"] and host["cluster"] == home["cluster"] and allowed and wanted:
            yield at


def reached(estate, vm, host, file):
    home = estate["hosts"][vm["host"]]["datastores"]
    for datastore in estate["hosts"][host]["datastores"]:
        if file["shared"] and datastore not in home:
            continue
        if file["pinned"] is None or file["pinned"] == datastore:
            yield datastore


def optimum(estate):
    model, infinity = Model(), highspy.kHighsInf
    hosts = estate["hosts"]
    vms, vcpus, memory = ([[] for _ in hosts] for _ in range(3))
    space = [[] for _ in estate["datastores"]]
    placed_on = {}
    for number, vm in enumerate(estate["vms"]):
        choices = []
        for host in candidates(estate, vm):
            here = model.variable(gain=1.0 if vm["pinned"] is None else PINNED)
            choices.append(here)
            placed_on[number, host] = here
            for place, reserved in ((vm["host"], vm["more_memory"]), (host, vm["memory"])):
                vms[place].append((here, 1))
                vcpus[place].append((here, vm["vcpus"]))
                memory[place].append((here, reserved))
            for file in vm["files"]:
                lies = []
                for datastore in reached(estate, vm, host, file):
                    lies.append(model.variable())
                    space[datastore].append((lies[-1], file["size"]))
                model.row(0, 0, [(one, 1) for one in lies] + [(here, -1)])
        model.row(0, 1, [(one, 1) for one in choices])
    for host, used in zip(hosts, zip(vms, vcpus, memory)):
        limits = (host["vms_left"], host["vcpus_left"], host["memory_left"])
        for terms, limit in zip(used, limits):
            if limit is not None:
                model.row(-infinity, limit, terms)
    for datastore, terms in zip(estate["datastores"], space):
        model.row(-infinity, datastore["free"], terms)
    for group in estate["apart"]:
        for at in range(len(hosts)):
            primaries = [one for one in group if estate["vms"][one]["host"] == at]
            terms = [(placed_on[one, at], 1) for one in group if (one, at) in placed_on]
            model.row(-infinity, 0 if primaries else 1, terms)
    return model.optimum()


if __name__ == "__main__":
    for line in sys.stdin:
        print(optimum(json.loads(line)), flush=True)
