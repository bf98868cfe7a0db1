# Requests by status of the bench's JSON log, as a user of awk asks: mawk and gawk alike.
index($0, "\"msg\":\"http request\"") {
    n[substr($0, index($0, "\"status\":") + 9, 3)]++
}
END {
    for (status in n)
        print status, n[status]
}
