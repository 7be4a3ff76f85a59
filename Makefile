# One file builds everything. `make help` lists the targets.
# MODE=release (default) | test (hooks) | asan (hooks, sanitizers) | tsan; objects go to build/MODE.
MODE ?= release
B    ?= build
O    := $(B)/$(MODE)
BIN  := $(if $(filter release,$(MODE)),$(B),$(O))

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBEXEC ?= $(PREFIX)/libexec/mlw
MANDIR  ?= $(PREFIX)/share/man

PKGS    := ncursesw libuv sqlite3 libpcre2-8 libcjson inih yaml-0.1

CC       ?= gcc
CPPFLAGS += -I. -D_GNU_SOURCE -DMLW_LIBEXEC='"$(LIBEXEC)"'
CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Wwrite-strings -Wformat=2 -Wundef -Wcast-qual -Wswitch-enum -fno-common -Werror
HARDEN   := -fPIE -fstack-protector-strong -fstack-clash-protection
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack
PKGCFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldl -lm -lpthread

SAN_asan := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_tsan := -fsanitize=thread
ifeq ($(MODE),release)
CPPFLAGS += -DNDEBUG -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
else
CPPFLAGS += -DMLW_TEST_HOOKS
CFLAGS   := -O1 -g
endif
ALLCFLAGS = -std=c11 $(CFLAGS) $(WARN) $(HARDEN) $(SAN_$(MODE)) $(PKGCFLAGS)
Q := $(if $(V),,@)

# --- libraries: one archive a layer group, so that view tests can link without the core ---
BASE_SRC  := $(wildcard core/base/*.c)
CORE_SRC  := $(filter-out core/base/% core/executor/shim/%,$(wildcard core/*/*.c core/*/*/*.c))
SHIM_SRC  := $(wildcard core/executor/shim/*.c) core/executor/spec.c core/executor/box.c
MODEL_SRC := $(wildcard core/model/*.c)
TUI_SRC   := $(filter-out tui/main.c,$(wildcard tui/*.c tui/widgets/*.c))
VIEWS_SRC := $(wildcard views/*.c)
obj = $(patsubst %.c,$(O)/%.o,$(1))
LIBS := $(O)/libviews.a $(O)/libtui.a $(O)/libcore.a $(O)/libbase.a
# what a test of a view may link: no store, no network
VIEWLIBS := $(O)/libviews.a $(O)/libtui.a $(O)/libmodel.a $(O)/libbase.a

all: $(BIN)/mlw $(BIN)/mlw-shim

$(BIN)/mlw: $(call obj,tui/main.c) $(LIBS)
	$(Q)$(CC) $(ALLCFLAGS) $(LDHARDEN) -o $@ $^ $(LDLIBS)
# the shim also runs inside foreign root folders: without shared libraries where the C library has
# its static half (and no sanitizer needs them)
STATIC = $(if $(SAN_$(MODE)),,$(shell echo 'int main(void){return 0;}' | \
           $(CC) -static-pie -fPIE -x c - -o /dev/null 2>/dev/null && echo -static-pie))
$(BIN)/mlw-shim: $(call obj,$(SHIM_SRC)) $(O)/libbase.a
	$(Q)$(CC) $(ALLCFLAGS) $(LDHARDEN) $(STATIC) -o $@ $^ -lm
$(O)/libbase.a:  $(call obj,$(BASE_SRC))
$(O)/libcore.a:  $(call obj,$(CORE_SRC)) $(O)/gen/templates.o $(O)/gen/sql.o $(O)/gen/shells.o
$(O)/libmodel.a: $(call obj,$(MODEL_SRC))
$(O)/libtui.a:   $(call obj,$(TUI_SRC)) $(O)/gen/themes.o
$(O)/libviews.a: $(call obj,$(VIEWS_SRC))
$(O)/%.a:
	$(Q)rm -f $@; mkdir -p $(@D); ar rcs $@ $(filter %.o,$^)
$(O)/%.o: %.c
	$(Q)mkdir -p $(@D); $(CC) $(CPPFLAGS) $(ALLCFLAGS) -MMD -MP -c -o $@ $<

# --- text compiled in: templates, themes and schemas become arrays of {name, bytes} ---
TEMPLATE_FILES := $(shell find core/templates -mindepth 2 -type f 2>/dev/null | LC_ALL=C sort)
THEME_FILES    := $(sort $(wildcard themes/*))
$(O)/gen/templates.c: $(TEMPLATE_FILES) tests/tools/embed
	$(Q)mkdir -p $(@D); tests/tools/embed templates core/templates $(TEMPLATE_FILES) > $@.tmp && mv $@.tmp $@
$(O)/gen/themes.c: $(THEME_FILES) tests/tools/embed
	$(Q)mkdir -p $(@D); tests/tools/embed themes themes $(THEME_FILES) > $@.tmp && mv $@.tmp $@
$(O)/gen/sql.c: $(wildcard core/store/*.sql) tests/tools/embed
	$(Q)mkdir -p $(@D); tests/tools/embed sql core/store core/store/*.sql > $@.tmp && mv $@.tmp $@
$(O)/gen/shells.c: $(wildcard core/cmd/shells/*) tests/tools/embed
	$(Q)mkdir -p $(@D); tests/tools/embed shells core/cmd/shells core/cmd/shells/* > $@.tmp && mv $@.tmp $@
$(O)/gen/%.o: $(O)/gen/%.c
	$(Q)$(CC) $(CPPFLAGS) $(ALLCFLAGS) -c -o $@ $<

include tests/tests.mk

COMPLETIONS := bash:bash-completion/completions/mlw zsh:zsh/site-functions/_mlw fish:fish/vendor_completions.d/mlw.fish
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXEC) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7
	install -m755 $(BIN)/mlw $(DESTDIR)$(BINDIR)/mlw
	install -m755 $(BIN)/mlw-shim $(DESTDIR)$(LIBEXEC)/mlw-shim
	for m in man/*.[157]; do install -m644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/; done
	for c in $(COMPLETIONS); do install -Dm644 core/cmd/shells/mlw.$${c%%:*} $(DESTDIR)$(PREFIX)/share/$${c#*:}; done
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/mlw $(DESTDIR)$(LIBEXEC)/mlw-shim
	rmdir $(DESTDIR)$(LIBEXEC) 2>/dev/null || true
	for m in man/*.[157]; do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done
	for c in $(COMPLETIONS); do rm -f $(DESTDIR)$(PREFIX)/share/$${c#*:}; done
# the README's picture, drawn by the program itself
picture: all
	tests/tools/picture $(BIN)/mlw man/screen.svg
clean:
	rm -rf $(B)
help:
	@echo 'make            build/mlw'
	@echo 'make demo       install what is missing, build, open the demo project'
	@echo 'make deps       install the packages alone'
	@echo 'make test       quick tests;  make check: lint and all tests'
	@echo 'make lint fuzz bench goldens picture install uninstall clean'

.PHONY: all picture install uninstall clean help
.SECONDARY:
-include $(shell find $(O) -name '*.d' 2>/dev/null)
