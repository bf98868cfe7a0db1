# Requests by status of the bench's JSON log.
reduce (inputs | select(.msg == "http request")) as $r ({}; .[$r.status | tostring] += 1)
| to_entries[] | "\(.key) \(.value)"
