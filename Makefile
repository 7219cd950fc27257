# leadconv: lead conversion for PostgreSQL
#
#   make                    build
#   make install            install into the PostgreSQL that PG_CONFIG names
#   make installcheck       test an installed leadconv on a running server
#   make demo [DATA=dir]    show it at work, from a bare machine (demo/run)
#   make demo-tenants       many tenants on many servers, likewise (contrib/tenants/demo)
#   make test [PG=17]       set up and run all tests, likewise (test/run)
#   make matrix             the same on all versions that can be had (test/matrix)
#   make bench              measure how fast it is, likewise (bench/run)
#   make dist               the archive for PGXN, from what git has
#   make deb                packages for Debian, in dist/ (test/deb tries them)
#
# WERROR=1 turns warnings into errors and PostgreSQL's Assert() on.

EXTENSION = leadconv
SCRIPTS = bin/leadconv-load
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" leadconv.control)
REQUIRED := $(shell sed -n "s/^requires = '\(.*\)'/\1/p" leadconv.control | tr -d ,)
MODULE_big = leadconv
PGFILEDESC = "leadconv - lead conversion"

# From the ground up; doc/architecture.md has the map
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/base/*.c)) $(sort $(wildcard src/crm/*.c)) \
	$(sort $(wildcard src/duplicates/*.c)) \
	$(sort $(wildcard src/engine/*.c)) $(sort $(wildcard src/admin/*.c)) \
	$(sort $(wildcard src/reports/*.c)) src/leadconv.c)

# All objects depend on all headers
HDRS = $(sort src/crm/crm_schema.h $(wildcard src/*.h src/*/*.h))

# The extension scripts, in pieces: what 1.0.0 had is in files by subject, and
# what a later version has added in a file of its name, which goes both into the
# script that creates the extension and into the one that updates to it
UPDATES = 1.0.0--1.1.0

SCRIPT = $(EXTENSION)--$(EXTVERSION).sql
SQL = $(addprefix src/sql/,begin.sql types.sql convert.sql metadata.sql admin.sql \
	$(foreach update,$(UPDATES),$(lastword $(subst --, ,$(update))).sql) \
	privileges.sql build.sql)

DATA_built = $(SCRIPT) $(UPDATES:%=$(EXTENSION)--%.sql)
EXTRA_CLEAN = src/crm/crm_schema.h src/.flags

# What builds schema crm, and the steps that upgrade it
CRM_PARTS = src/crm/crm.h src/crm/crm.sql \
	$(shell ls src/crm/upgrade/*.sql | sort -t/ -k4n)

PG_CPPFLAGS = -I$(srcdir)/src -DLC_EXTENSION_VERSION='"$(EXTVERSION)"'

# -Wextra, but for what PostgreSQL's own headers set off: inline functions and
# PG_FUNCTION_ARGS have parameters that are not used, and macros such as
# ARR_DATA_PTR compare signed with unsigned
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare
ifdef WERROR
PG_CFLAGS += -Werror -DUSE_ASSERT_CHECKING
endif

# No bitcode: it serves to inline C functions into JIT-compiled expressions,
# which nothing here gains from, and would make clang a build requirement.
with_llvm ?= no
override with_llvm := $(with_llvm)

TESTS := $(sort $(wildcard sql/*.sql))
REGRESS := $(patsubst sql/%.sql,%,$(TESTS))
REGRESS_OPTS = $(REQUIRED:%=--load-extension=%) --load-extension=$(EXTENSION)

# "setup" makes what the others share
SPECS := $(sort $(wildcard test/isolation/specs/*.spec))
ISOLATION := setup $(filter-out setup,$(patsubst test/isolation/specs/%.spec,%,$(SPECS)))
ISOLATION_OPTS = --inputdir=test/isolation $(REQUIRED:%=--load-extension=%) --load-extension=$(EXTENSION)

PROVE_TESTS := $(sort $(wildcard test/t/*.pl))
ifneq ($(PROVE_TESTS),)
TAP_TESTS = 1
endif

PG_CONFIG ?= pg_config

# "make demo", "make test" and the like install PostgreSQL themselves, or need
# none, so they must work before there is a pg_config
ifneq ($(filter-out demo demo-tenants test matrix bench dist deb,$(or $(MAKECMDGOALS),all)),)
PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error $(PG_CONFIG) not found: install postgresql-server-dev-15, or say PG_CONFIG=/path/to/pg_config)
endif

include $(PGXS)

# contrib/tenants, as a whole in the share directory, and its command where others are
TENANTS_DIR = $(datadir)/leadconv/tenants

install: install-tenants
uninstall: uninstall-tenants

install-tenants:
	$(MKDIR_P) '$(DESTDIR)$(TENANTS_DIR)' '$(DESTDIR)$(bindir)'
	$(INSTALL_SCRIPT) $(srcdir)/contrib/tenants/leadconv-tenants '$(DESTDIR)$(TENANTS_DIR)/'
	$(INSTALL_DATA) $(srcdir)/contrib/tenants/router.sql '$(DESTDIR)$(TENANTS_DIR)/'
	ln -sf '$(TENANTS_DIR)/leadconv-tenants' '$(DESTDIR)$(bindir)/leadconv-tenants'

uninstall-tenants:
	rm -f '$(DESTDIR)$(bindir)/leadconv-tenants'
	rm -rf '$(DESTDIR)$(TENANTS_DIR)'

.PHONY: install-tenants uninstall-tenants

$(OBJS): $(HDRS) src/.flags

# What the objects were built with: when it changes (WERROR, PG_CONFIG), they
# are built anew
src/.flags: FORCE
	@echo '$(VERSION) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || \
		echo '$(VERSION) $(CPPFLAGS) $(CFLAGS)' > $@
FORCE:

$(SCRIPT): src/sql/fields.awk $(SQL)
	$(AWK) -f $^ > $@

define update_script
$(EXTENSION)--$(1).sql: src/sql/fields.awk $(SQL)
	$(AWK) -v parts="begin.sql $(lastword $(subst --, ,$(1))).sql privileges.sql" -f $$^ > $$@
endef
$(foreach update,$(UPDATES),$(eval $(call update_script,$(update))))

src/crm/crm_schema.h: src/crm/crm_schema.awk $(CRM_PARTS)
	$(AWK) -f src/crm/crm_schema.awk $(CRM_PARTS) > $@
endif

# Without MAKEFLAGS, which would hand the DATA of this command line to the make
# that installs
demo:
	@env -u MAKEFLAGS -u MFLAGS demo/run

demo-tenants:
	@env -u MAKEFLAGS -u MFLAGS contrib/tenants/demo

# Another version than the one at hand, in a system that has it where apt has not
test:
ifdef PG
	@env -u MAKEFLAGS -u MFLAGS test/matrix $(PG)
else
	@env -u MAKEFLAGS -u MFLAGS test/run
endif

matrix:
	@env -u MAKEFLAGS -u MFLAGS test/matrix

bench:
	@env -u MAKEFLAGS -u MFLAGS bench/run

# What git has, and nothing else: the same files make the same archive
DIST = leadconv-$(EXTVERSION)

dist:
	@mkdir -p dist
	git archive --format=zip --prefix=$(DIST)/ -o dist/$(DIST).zip HEAD
	@echo "dist/$(DIST).zip"

# In a copy of what git has, so that the tree stays as it is
deb:
	@rm -rf dist/deb && mkdir -p dist/deb/$(DIST)
	git archive HEAD | tar -x -C dist/deb/$(DIST)
	cd dist/deb/$(DIST) && env -u MAKEFLAGS -u MFLAGS pg_buildext updatecontrol && \
		env -u MAKEFLAGS -u MFLAGS SOURCE_DATE_EPOCH=$$(git -C ../../.. log -1 --format=%ct) dpkg-buildpackage -b -us -uc
	mv dist/deb/*.deb dist/
	@rm -rf dist/deb

.PHONY: demo demo-tenants test matrix bench dist deb FORCE
.DELETE_ON_ERROR:
