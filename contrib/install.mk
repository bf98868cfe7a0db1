# What `make install` puts beside the program, its pages, rules and documents: all that makes a service of it, and
# what old logs need. The places follow prefix; DESTDIR holds for all of them.

# What the program was configured with stands in these, when they are installed and not before.
placed = contrib/systemd/logtally.service contrib/logtally.ini contrib/logtally-backfill
CLEANFILES = $(placed)
place = sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@pkgdatadir[@]|$(pkgdatadir)|g'

contrib/systemd/logtally.service contrib/logtally.ini: %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(place) $< >$@.new && mv $@.new $@

# The tree's own rules and Prometheus give backfill.sh its defaults; installed it stands alone.
contrib/logtally-backfill: contrib/backfill.sh Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib && { echo '#!/bin/sh'; echo 'BACKFILL_BLOCKS=$(pkgdatadir)/backfill_blocks.py'; \
		sed 1d $(srcdir)/contrib/backfill.sh; } >$@.new && chmod +x $@.new && mv $@.new $@

bin_SCRIPTS = contrib/logtally-backfill
dist_pkgdata_DATA = contrib/backfill_blocks.py
systemdsystemunit_DATA = contrib/systemd/logtally.service
dist_systemdsystemunit_DATA = contrib/systemd/logtally.socket
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completions/logtally
unitexamplesdir = $(docdir)/examples/systemd
dist_unitexamples_DATA = contrib/systemd/other-logs.conf contrib/systemd/every-log.conf

# make deb, make rpm: the packages of this tree, in packages/ (contrib/package.sh). `make check` is another target.
deb rpm: dist-xz
	DEB_BUILD_OPTIONS="nocheck parallel=$$(nproc) $$DEB_BUILD_OPTIONS" $(srcdir)/contrib/package.sh $@ $(distdir).tar.xz packages
.PHONY: deb rpm

# The sample is a configuration that works: installed where there is none, and taken away as long as nobody has changed it.
noinst_DATA = contrib/logtally.ini
configurationdir = $(sysconfdir)/logtally
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(configurationdir)/rules'
	test -e '$(DESTDIR)$(configurationdir)/logtally.ini' || \
		$(INSTALL_DATA) contrib/logtally.ini '$(DESTDIR)$(configurationdir)/logtally.ini'
uninstall-local:
	! cmp -s contrib/logtally.ini '$(DESTDIR)$(configurationdir)/logtally.ini' || \
		rm -f '$(DESTDIR)$(configurationdir)/logtally.ini'
	-rmdir '$(DESTDIR)$(configurationdir)/rules' '$(DESTDIR)$(configurationdir)' 2>/dev/null
