/* common_patterns -- names that people who come from grok expect, and what logs write there. Included
 * by grok.c. Those of rules and of their files go before these. */
#define HEX4 "[0-9A-Fa-f]{1,4}"
#define OCTET "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)"

/* words and numbers */
COMMON("INT", "[+-]?\\d+")
COMMON("POSINT", "\\b[1-9]\\d*\\b")
COMMON("NONNEGINT", "\\b\\d+\\b")
COMMON("NUMBER", "[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?")
COMMON("BASE10NUM", "%{NUMBER}")
COMMON("BASE16NUM", "[+-]?(?:0[xX])?[0-9A-Fa-f]+")
COMMON("BASE16FLOAT", "[+-]?(?:0[xX])?(?:[0-9A-Fa-f]+(?:\\.[0-9A-Fa-f]*)?|\\.[0-9A-Fa-f]+)")
COMMON("WORD", "\\b\\w+\\b")
COMMON("NOTSPACE", "\\S+")
COMMON("SPACE", "\\s*")
COMMON("DATA", ".*?")
COMMON("GREEDYDATA", ".*")
COMMON("QUOTEDSTRING", "\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`")
COMMON("QS", "%{QUOTEDSTRING}")
COMMON("UUID", "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
COMMON("URN", "urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[\\w()+,.:=@;$!*'%/?#-]+")
COMMON("LOGLEVEL", "(?i:trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|"
                   "fatal|severe|alert|emerg(?:ency)?|panic)")

/* people and hosts */
COMMON("USERNAME", "[\\w.-]+")
COMMON("USER", "%{USERNAME}")
COMMON("EMAILLOCALPART", "[\\w.!#$&'*+/=?^`{|}~-]+")
COMMON("EMAILADDRESS", "%{EMAILLOCALPART}@%{HOSTNAME}")
COMMON("COMMONMAC", "(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
COMMON("WINDOWSMAC", "(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}")
COMMON("CISCOMAC", "(?:[0-9A-Fa-f]{4}\\.){2}[0-9A-Fa-f]{4}")
COMMON("MAC", "%{COMMONMAC}|%{WINDOWSMAC}|%{CISCOMAC}")
COMMON("IPV4", "(?<![\\d.])(?:" OCTET "\\.){3}" OCTET "(?!\\d)")
COMMON("IPV6", "(?<![\\w:])(?:(?:" HEX4 ":){7}" HEX4 "|::(?:[Ff]{4}:)?%{IPV4}"
               "|:(?::" HEX4 "){1,7}|" HEX4 ":(?::" HEX4 "){1,6}"
               "|(?:" HEX4 ":){2}(?::" HEX4 "){1,5}|(?:" HEX4 ":){3}(?::" HEX4 "){1,4}"
               "|(?:" HEX4 ":){4}(?::" HEX4 "){1,3}|(?:" HEX4 ":){5}(?::" HEX4 "){1,2}"
               "|(?:" HEX4 ":){6}:" HEX4 "|(?:" HEX4 ":){1,7}:|::)(?![\\w:])(?:%\\w+)?")
COMMON("IP", "%{IPV6}|%{IPV4}")
COMMON("HOSTNAME", "\\b[0-9A-Za-z][\\w-]{0,62}(?:\\.[0-9A-Za-z][\\w-]{0,62})*\\.?(?![\\w-])")
COMMON("IPORHOST", "%{IP}|%{HOSTNAME}")
COMMON("HOSTPORT", "%{IPORHOST}:%{POSINT}")

/* paths */
COMMON("UNIXPATH", "(?:/[^\\s/]*)+")
COMMON("WINPATH", "(?:[A-Za-z]:|\\\\)(?:\\\\[^\\\\?*\\s]*)+")
COMMON("PATH", "%{UNIXPATH}|%{WINPATH}")
COMMON("TTY", "/dev/(?:pts/\\d+|tty\\w*)")
COMMON("URIPROTO", "[A-Za-z][A-Za-z0-9+.-]*")
COMMON("URIHOST", "%{IPORHOST}(?::%{POSINT})?")
COMMON("URIPATH", "(?:/[^\\s/?#]*)+")
COMMON("URIQUERY", "[^\\s#]+")
COMMON("URIPARAM", "\\?[^\\s#]*")
COMMON("URIPATHPARAM", "%{URIPATH}%{URIPARAM}?")
COMMON("URI", "%{URIPROTO}://(?:%{USER}(?::[^@\\s]*)?@)?%{URIHOST}?%{URIPATHPARAM}?")

/* times */
COMMON("MONTH",
       "\\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
       "Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\b")
COMMON("MONTHNUM", "1[0-2]|0?[1-9]")
COMMON("MONTHNUM2", "0[1-9]|1[0-2]")
COMMON("MONTHDAY", "0[1-9]|[12]\\d|3[01]|[1-9]")
COMMON("DAY",
       "\\b(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|"
       "Sun(?:day)?)\\b")
COMMON("YEAR", "\\d{4}|\\d\\d")
COMMON("HOUR", "2[0-3]|[01]?\\d")
COMMON("MINUTE", "[0-5]\\d")
COMMON("SECOND", "(?:60|[0-5]?\\d)(?:[:.,]\\d+)?")
COMMON("TIME", "(?<!\\d)%{HOUR}:%{MINUTE}(?::%{SECOND})?(?!\\d)")
COMMON("TZ", "[A-Z]{3,4}")
COMMON("DATE_US", "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}")
COMMON("DATE_EU", "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}")
COMMON("DATE", "%{DATE_US}|%{DATE_EU}")
COMMON("DATESTAMP", "%{DATE}[- ]%{TIME}")
COMMON("ISO8601_TIMEZONE", "Z|[+-]%{HOUR}(?::?%{MINUTE})?")
COMMON("ISO8601_SECOND", "%{SECOND}")
COMMON("TIMESTAMP_ISO8601", "\\d{4}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?"
                            "(?:%{ISO8601_TIMEZONE})?")
COMMON("DATESTAMP_RFC822", "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}")
COMMON("DATESTAMP_RFC2822", "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}")
COMMON("DATESTAMP_OTHER", "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}")
COMMON("DATESTAMP_EVENTLOG", "\\d{4}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}[0-5]\\d")
COMMON("HTTPDATE", "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}")
COMMON("SYSLOGTIMESTAMP", "%{MONTH} +%{MONTHDAY} %{TIME}")

/* whole lines */
COMMON("PROG", "[^\\s\\[\\]:]+")
COMMON("SYSLOGPROG", "%{PROG:program}(?:\\[%{POSINT:pid}\\])?")
COMMON("SYSLOGHOST", "%{IPORHOST}")
COMMON("SYSLOGFACILITY", "<%{NONNEGINT:facility}\\.%{NONNEGINT:priority}>")
COMMON("SYSLOGBASE", "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} "
                     "%{SYSLOGPROG}:")
COMMON("SYSLOGLINE", "%{SYSLOGBASE} %{GREEDYDATA:message}")
COMMON("HTTPDUSER", "%{EMAILADDRESS}|%{USER}")
COMMON(
    "COMMONAPACHELOG",
    "%{IPORHOST:clientip} %{NOTSPACE:ident} %{NOTSPACE:auth} \\[%{HTTPDATE:timestamp}\\] "
    "\"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})\" "
    "%{INT:response} (?:%{INT:bytes}|-)")
COMMON("COMBINEDAPACHELOG", "%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}")
COMMON("HTTPD_COMMONLOG", "%{COMMONAPACHELOG}")
COMMON("HTTPD_COMBINEDLOG", "%{COMBINEDAPACHELOG}")
COMMON("JAVACLASS", "(?:[A-Za-z$_][\\w$]*\\.)*[A-Za-z$_][\\w$]*")
COMMON("JAVAFILE", "[\\w$. -]+")
COMMON("JAVAMETHOD", "<init>|<clinit>|[A-Za-z$_][\\w$]*")
COMMON("JAVASTACKTRACEPART", "\\s*at %{JAVACLASS:class}\\.%{JAVAMETHOD:method}"
                             "\\(%{JAVAFILE:file}(?::%{INT:line})?\\)")

#undef HEX4
#undef OCTET
