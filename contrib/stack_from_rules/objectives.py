"""The [slo] sections of the wishes, as prometheus/slo_model.py wants objectives.

Of a counter with failures (`bad`, or what the rules tell) or of a histogram (`within`, one of its buckets).
"""

from .alarms import camel, good_and_bad, selector
from .families import as_bad, uid
from .golden import le_text
from .wishes import Mistake, near, number, plain, word

LEAST = 0.1     # events a second below which a burn rate says nothing


def objective(name, metrics, wishes):
    def wish(key, default=None):
        return wishes.get("slo", name, key, default)

    def where(key):
        return wishes.where("slo", name, key)
    word(f"{wishes.path}: [slo {name}]", name)
    for key in ("of", "objective"):
        if not wish(key):
            raise Mistake(f"{wishes.path}: [slo {name}] needs {key}")
    m = metrics.get(wish("of"))
    if m is None:
        raise Mistake(f"{where('of')}: the rules have no metric {wish('of')}{near(wish('of'), metrics)}")
    share = number(where("objective"), wish("objective"))
    if not 0.8 <= share <= 0.99999:
        raise Mistake(f"{where('objective')}: {wish('objective')} is no share between 80 and 99.999 %")
    slo = {
        "slo": name, "alert": camel(name) + "BudgetBurn", "objective": round(share, 9), "metric": m.name, "area": m.file,
        "min_rate": number(where("least"), wish("least")) if wish("least") else LEAST, "dashboard": f"/d/{uid(wishes, m.file)}",
        "owner": wish("owner", m.owner), "runbook": wishes.runbook,
    }
    if m.kind == "histogram":
        slo.update(within(m, wish("within"), where("within"), share))
    elif m.kind == "counter":
        slo.update(without_failure(m, wish("bad"), where("bad"), share))
    else:
        raise Mistake(f"{where('of')}: {m.name} is a {m.kind}; an objective is of a counter or a histogram")
    slo["what"] = plain(wish("title", slo["what"])).replace("'", "’")
    return slo


def within(m, text, where, share):
    if not text:
        raise Mistake(f"{where} must say which bucket of {m.name} is good enough")
    bound = number(where, text)
    if bound not in m.buckets:
        raise Mistake(f"{where}: {text} is none of the buckets of {m.name}: {' '.join(f'{b:g}' for b in m.buckets)}")
    return {"le": le_text(bound), "what": f"{share * 100:.6g} % of “{m.title}” in 30 days are within {text}"}


def without_failure(m, text, where, share):
    m.bad = as_bad(where, text, m.labels) if text else m.bad
    if m.bad is None:
        raise Mistake(f"{where} must say which series of {m.name} are failures, as LABEL=VALUE|VALUE")
    good, bad = ({k: v for k, v in labels.items() if k != "job"} for labels in good_and_bad(m))
    return {"bad": m.bad.matcher, "examples": tuple(selector("", labels)[1:-1] for labels in (good, bad)),
            "what": f"{share * 100:.6g} % of “{m.title}” in 30 days do not {m.bad.words}".replace("do not do not ", "")}


def objectives(files, wishes):
    metrics = {m.name: m for f in files for m in f.metrics}
    found, alerts = [objective(name, metrics, wishes) for name in wishes.sections["slo"]], {}
    for slo in found:
        other = alerts.setdefault(slo["alert"], slo["slo"])
        if other != slo["slo"]:
            raise Mistake(f"{wishes.path}: [slo {other}] and [slo {slo['slo']}] would have alerts of one name, {slo['alert']}")
    return found
