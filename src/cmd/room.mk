# Sources and tests of src/cmd.
liblogtally_a_SOURCES +=

