"""Run inside the peer's own environment: ELAS u4 on pools read from a job file; prints its answers in order, as JSON.

    .bench/asreview/bin/python bench/_asreview.py JOB.json

A job is a list of {"title", "abstract", "labels", "priors"}: parallel lists and the indexes of the prior records.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def screen(job: dict) -> dict:
    import pandas as pd
    from asreview.learner import ActiveLearningCycle
    from asreview.models.models import get_ai_config
    from asreview.simulation.simulate import Simulate

    cycle = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
    table = pd.DataFrame({"title": job["title"], "abstract": job["abstract"]})
    started = time.process_time()
    run = Simulate(table, pd.Series(job["labels"]), [cycle], stopper=job.get("stop"), print_progress=False)
    run.label(job["priors"])
    run.review()
    answers = run._results.iloc[len(job["priors"]) :]["label"].astype(int).tolist()  # noqa: SLF001 - the peer has no public name for it
    return {"answers": answers, "cpu_s": round(time.process_time() - started, 2)}


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        print(json.dumps([screen(job) for job in json.load(file)]))
