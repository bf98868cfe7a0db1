/* port -- where logtally listens, and where `logtally health` asks, if nobody says otherwise. The one place of the
 * number in the sources: no other exporter of Prometheus's list of ports has it. */
#ifndef LT_BASE_PORT_H
#define LT_BASE_PORT_H

#define PORT_DEFAULT "7684"

#endif
