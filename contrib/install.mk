# What `make install` puts beside the program, its pages, rules and documents: all that makes a service of it, and
# what old logs need. The places follow prefix; DESTDIR holds for all of them.

# What the program was configured with stands in these, when they are installed and not before.
placed = contrib/systemd/logtally.service contrib/logtally.ini contrib/logtally-backfill contrib/logtally-stack-from-rules
CLEANFILES = $(placed)
place = sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@pkgdatadir[@]|$(pkgdatadir)|g'

contrib/systemd/logtally.service contrib/logtally.ini: %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(place) $< >$@.new && mv $@.new $@

# The tree's own rules and Prometheus give backfill.sh its defaults; installed it stands alone.
contrib/logtally-backfill: contrib/backfill.sh Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib && { echo '#!/bin/sh'; echo 'BACKFILL_BLOCKS=$(pkgdatadir)/backfill_blocks.py'; \
		sed 1d $(srcdir)/contrib/backfill.sh; } >$@.new && chmod +x $@.new && mv $@.new $@

contrib/logtally-stack-from-rules: Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib && printf '#!/bin/sh\nexec python3 "%s" "$$@"\n' '$(stackdir)/contrib/stack_from_rules' >$@.new && \
		chmod +x $@.new && mv $@.new $@

bin_SCRIPTS = contrib/logtally-backfill contrib/logtally-stack-from-rules
dist_pkgdata_DATA = contrib/backfill_blocks.py
# What a stack is made with, where it is as in the sources.
stackdir = $(pkgdatadir)/stack
nobase_dist_stack_DATA = contrib/stack_from_rules/__init__.py contrib/stack_from_rules/__main__.py contrib/stack_from_rules/alarms.py \
	contrib/stack_from_rules/board.py contrib/stack_from_rules/families.py contrib/stack_from_rules/golden.py \
	contrib/stack_from_rules/objectives.py contrib/stack_from_rules/page.py contrib/stack_from_rules/texts.py \
	contrib/stack_from_rules/wishes.py grafana/model.py prometheus/slo_model.py
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

# What documents link to is beside them, where it is as in the sources; the rules are, too. contrib/links.py --installed knows when
# something is missing.
linked = bench/contenders.py bench/instructions.txt bench/mtail contrib/archive contrib/debian/control contrib/editors \
	contrib/example-stack contrib/fleet contrib/kubernetes contrib/packages contrib/rpm/logtally.spec contrib/systemd docs/man \
	docs/screens grafana prometheus tests/README.md tests/compatibility tests/upgrade
# Who runs the stack in the tree has secrets there, which are nobody else's.
no_secrets = \( ! -path '*/secrets/*' -o -path '*/secrets/README.md' \) ! -name '*.key' ! -name '*.crt'
in_trees = cd $(srcdir) && ls -d $(1) >/dev/null && find $(1) -name __pycache__ -prune -o -type f ! -empty ! -name .gitignore $(no_secrets) -print
install_trees = files=$$($(call in_trees,$(1))) && for file in $$files; do \
		if test -x "$(srcdir)/$$file"; then install='$(INSTALL_SCRIPT)'; else install='$(INSTALL_DATA)'; fi; \
		$(MKDIR_P) "$(2)/$${file%/*}" && $$install "$(srcdir)/$$file" "$(2)/$$file" || exit; done
uninstall_trees = files=$$($(call in_trees,$(1))) && cd '$(2)' && rm -f $$files && \
		{ printf '%s\n' $$files | sed 's|/[^/]*$$||' | sort -ru | xargs rmdir -p 2>/dev/null || :; }

# A link to $(1), where GNU's ln is a relative one. The README of the recipes leads to documents, and these to rules.
link_to = ln -sfnr '$(DESTDIR)$(1)' '$(DESTDIR)$(2)' || ln -sfn '$(1)' '$(DESTDIR)$(2)'

# The sample is a configuration that works: installed where there is none, and taken away as long as nobody has changed it.
noinst_DATA = contrib/logtally.ini
configurationdir = $(sysconfdir)/logtally
install-data-local:
	$(call install_trees,$(linked),$(DESTDIR)$(docdir))
	$(call install_trees,rules/examples/tests,$(DESTDIR)$(pkgdatadir))
	$(call link_to,$(pkgdatadir)/rules,$(docdir)/rules)
	$(call link_to,$(docdir)/docs,$(pkgdatadir)/docs)
	$(call link_to,$(docdir)/contrib,$(pkgdatadir)/contrib)
	$(MKDIR_P) '$(DESTDIR)$(configurationdir)/rules'
	test -e '$(DESTDIR)$(configurationdir)/logtally.ini' || \
		$(INSTALL_DATA) contrib/logtally.ini '$(DESTDIR)$(configurationdir)/logtally.ini'
uninstall-local:
	test ! -d '$(DESTDIR)$(docdir)' || { $(call uninstall_trees,$(linked),$(DESTDIR)$(docdir)); }
	rm -f '$(DESTDIR)$(docdir)/rules' '$(DESTDIR)$(pkgdatadir)/docs' '$(DESTDIR)$(pkgdatadir)/contrib'
	rm -rf '$(DESTDIR)$(examplesdir)/tests'
	! cmp -s contrib/logtally.ini '$(DESTDIR)$(configurationdir)/logtally.ini' || \
		rm -f '$(DESTDIR)$(configurationdir)/logtally.ini'
	-rmdir '$(DESTDIR)$(configurationdir)/rules' '$(DESTDIR)$(configurationdir)' 2>/dev/null
