/* process -- what every client library tells of its process, from /proc/self. */
#ifndef LT_DAEMON_PROCESS_H
#define LT_DAEMON_PROCESS_H

struct process_facts {
    double cpu_seconds, resident_bytes, virtual_bytes, open_fds, max_fds;
};

/* What cannot be read is 0. */
void process_read(struct process_facts *ret_facts);

#endif
