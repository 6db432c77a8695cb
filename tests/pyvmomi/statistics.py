"""Reads statistics as monitoring does: counters by name, the newest samples of all hosts and machines in one query.

Prints for each the latest CPU in MHz beside what its quick stats say, and the first host's last day as lists.
"""

import json

from pyVmomi import vim

import server

COUNTERS = ("cpu.usagemhz.average", "mem.usage.average", "net.received.average")


def query(entity, ids, **more):
    metrics = [vim.PerformanceManager.MetricId(counterId=key, instance="") for key in ids]
    return vim.PerformanceManager.QuerySpec(entity=entity, metricId=metrics, **more)


def main():
    with server.session() as instance:
        content = instance.RetrieveContent()
        manager = content.perfManager
        keys = {
            f"{one.groupInfo.key}.{one.nameInfo.key}.{one.rollupType}": one.key
            for one in manager.perfCounter
        }
        ids = [keys[name] for name in COUNTERS]
        kinds = [vim.HostSystem, vim.VirtualMachine]
        view = content.viewManager.CreateContainerView(content.rootFolder, kinds, True)
        entities = list(view.view)
        view.Destroy()
        rate = manager.QueryPerfProviderSummary(entities[0]).refreshRate
        specs = [query(one, ids, intervalId=rate, maxSample=1) for one in entities]
        latest = {}
        for found in manager.QueryPerf(querySpec=specs):
            by_key = {series.id.counterId: series.value for series in found.value}
            told = found.entity.summary.quickStats.overallCpuUsage
            latest[found.entity.name] = [told] + [by_key[key][-1] for key in ids]
        host = next(one for one in entities if isinstance(one, vim.HostSystem))
        day = manager.QueryPerf(querySpec=[query(host, ids[:1], intervalId=300, format="csv")])[0]
        known = {metric.counterId for metric in manager.QueryAvailablePerfMetric(host)}
        print(json.dumps({
            "latest": latest,
            "day": day.value[0].value.split(","),
            "times": day.sampleInfoCSV.split(",")[1::2],
            "has": [name for name in COUNTERS if keys[name] in known],
        }))


if __name__ == "__main__":
    main()
