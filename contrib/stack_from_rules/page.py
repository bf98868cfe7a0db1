"""The reference page: every metric of the rules, what feeds it, what is recorded of it; every alert and what to do."""


def code(text):
    """In a cell of a table."""
    return (f"`` {text} ``" if "`" in text else f"`{text}`").replace("|", "\\|")


def labels(m):
    def values(label):
        known = m.values[label]
        return f" ({', '.join(known[:8])}{', ...' if len(known) > 8 or not m.bounded(label) else ''})" if known else ""
    return "; ".join(code(label) + values(label).replace("|", "\\|") for label in m.labels)


def feeds(m):
    words = []
    for update in m.updates:
        value = "" if update["value"] is None else f" {update['value']}"
        unit = f" in {update['unit']}" if update["unit"] else ""
        words.append(f"{code(update['event'])} {update['verb']}{value}{unit}")
    return "; ".join(dict.fromkeys(words))


def limits(m):
    words = []
    if m.buckets:
        words.append("buckets " + " ".join(f"{b:g}" for b in m.buckets))
    if m.zero:
        words.append(f"{len(m.zero)} series from the start")
    if m.least is not None:
        words.append(f"never below {m.least:g}")
    if m.expire:
        words.append(f"a series goes after {m.expire:g} s without a line")
    if m.limit is not None:
        words.append(f"limit {m.limit:g}{' s' if m.unit == 'seconds' else ''}")
    return "; ".join(words)


def metrics(file):
    yield "| metric | type | labels | what it means | fed by | limits |"
    yield "|---|---|---|---|---|---|"
    for m in file.metrics:
        kind = m.kind + (f", {m.unit}" if m.unit else "")
        yield f"| `{m.name}` | {kind} | {labels(m)} | {m.help.replace('|', chr(92) + '|')} | {feeds(m)} | {limits(m)} |"


def events(file):
    spans = {name: span for span in file.spans for name in (span["name"], span["name"] + ".unfinished")}
    yield "| event | lines of | which |"
    yield "|---|---|---|"
    for event in file.events:
        if event["name"] in spans:
            span = spans[event["name"]]
            which = f"from {', '.join(map(code, span['begin']))} to {', '.join(map(code, span['end']))}"
            which += f", by {', '.join(map(code, span['key']))}" if span["key"] else ""
            source, which = "a span", which + (f", not ended within {span['timeout_seconds']:g} s" if event["name"].endswith(".unfinished") else "")
        else:
            source = f"event {code(event['of'])}" if event["of"] else "log " + ", ".join(map(code, event["log"] or ["any"]))
            which = " and ".join(map(code, event["conditions"])) or "all"
            which += f", but none of {', '.join(map(code, event['unless']))}" if event["unless"] else ""
        yield f"| {code(event['name'])} | {source} | {which} |"


def chapter(alert):
    yield f"### {alert.name}"
    yield ""
    owner = f" Owner: {alert.metric.owner}." if alert.metric.owner else ""
    yield f"{alert.description.replace('{{ $labels.job }}', 'a job')} It is a ticket, after {alert.hold}.{owner}"
    yield ""
    yield f"**Do.** {alert.todo}"
    yield ""


def burning(slo, speed):
    """A chapter for the two alerts of one speed: they have one name."""
    yield f"### {slo['alert']}{speed}"
    yield ""
    fast = speed == "Fast"
    owner = f" Owner: {slo['owner']}." if slo["owner"] else ""
    yield (f"The budget of the objective {slo['slo']} ({slo['what']}) burns {'so fast that it is gone in days: a page' if fast else 'slowly: a ticket'}."
           f"{owner}")
    yield ""
    yield (f"**Do.** On its dashboard, `{slo['dashboard']}`, see what fails and since when; `slo:sli_error:ratio_rate5m{{slo=\"{slo['slo']}\"}}` "
           "tells when it is over." if fast else
           f"**Do.** Within the day, find what fails steadily: `slo:sli_error:ratio_rate6h{{slo=\"{slo['slo']}\"}}` over a week shows when it began.")
    yield ""


def page(files, slos, wishes):
    yield f"# {wishes.title}: metrics and alerts"
    yield ""
    for file, records, alerts in files:
        owner = f" Owner: {file.owner}." if file.owner else ""
        logs = ", ".join(f"{code(log['name'])} ({', '.join(map(code, log['path']))})" for log in file.logs)
        yield f"## {file.title}"
        yield ""
        yield f"From `{file.name}.ini`{', log ' + logs if logs else ''}.{owner} Dashboard `/d/{file.uid}`."
        yield ""
        yield from metrics(file)
        yield ""
        yield from events(file)
        yield ""
        if records:
            yield "Recorded: " + ", ".join(code(r.name) for r in records) + "."
            yield ""
        for alert in alerts:
            yield from chapter(alert)
    if slos:
        yield "## Objectives"
        yield ""
        yield "| slo | objective | owner |"
        yield "|---|---|---|"
        for slo in slos:
            yield f"| `{slo['slo']}` | {slo['what']} | {slo['owner']} |"
        yield ""
        for slo in slos:
            yield from burning(slo, "Fast")
            yield from burning(slo, "Slow")
