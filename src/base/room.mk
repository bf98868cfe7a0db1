# Sources and tests of src/base.
liblogtally_a_SOURCES +=

