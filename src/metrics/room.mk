# Sources and tests of src/metrics.
liblogtally_a_SOURCES +=

