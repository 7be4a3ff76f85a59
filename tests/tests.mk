# Tests, lint, fuzzing, benchmarks: found by wildcard, a new file is enough. Included by the Makefile.
#   tests/{unit,prop,e2e,fault}/test_*.c   cmocka, linked with everything; other .c files there are helpers
#   tests/views/test_*.c                   linked with $(VIEWLIBS) alone: no store, no network
#   tests/fuzz/fuzz_*.c                    libFuzzer; corpus in tests/fuzz/corpus/NAME
#   tests/*/run_*.{py,sh}                  programs that end with `N passed, N failed`, in any folder
#   tests/peers/, tests/bench/             long ones: make peers, make bench
T := $(O)/tests
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
# what is not for people runs with the test hooks
TESTMODE := $(if $(filter release,$(MODE)),test,$(MODE))
tests_in = $(patsubst tests/%.c,$(1)/tests/%,$(wildcard $(foreach d,$(2),tests/$(d)/test_*.c)))
helpers_in = $(call obj,$(filter-out tests/$(1)/test_% tests/$(1)/fuzz_%,$(wildcard tests/$(1)/*.c)))
scripts_in = $(filter-out tests/peers/% tests/bench/% tests/tools/%,$(wildcard tests/*/run_*.py tests/*/run_*.sh))

QUICK   := unit prop views
SLOW    := e2e fault
quick   := $(call tests_in,$(O),$(QUICK))
slow    := $(call tests_in,$(O),$(SLOW))
peers   := $(call tests_in,$(O),peers)
threads := $(patsubst tests/%.c,%,$(wildcard tests/unit/test_queue*.c tests/unit/test_hub*.c))
FULL    := $(filter-out $(T)/views/%,$(quick) $(slow) $(peers))

# --- linking ---
VIEWLD := $(shell pkg-config --libs $(filter-out sqlite3,$(PKGS)) 2>/dev/null) -ldl -lm -lpthread
define help_archive
$(T)/lib$(1).a: $(call helpers_in,$(1))
endef
$(foreach d,unit prop views e2e fault peers,$(eval $(call help_archive,$(d))))
.SECONDEXPANSION:
$(FULL): $(T)/%: $(O)/tests/%.o $$(T)/lib$$(firstword $$(subst /, ,$$*)).a $(T)/libe2e.a $(T)/libunit.a $(LIBS)
	$(Q)mkdir -p $(@D); $(CC) $(ALLCFLAGS) $(LDHARDEN) -o $@ $^ $(LDLIBS) -lcmocka -Wl,--as-needed -lvterm
$(filter $(T)/views/%,$(quick)): $(T)/%: $(O)/tests/%.o $(T)/libviews.a $(VIEWLIBS)
	$(Q)mkdir -p $(@D); $(CC) $(ALLCFLAGS) $(LDHARDEN) -o $@ $^ $(VIEWLD) -lcmocka

# --- workspaces of many runs, for tests and benchmarks: build/tests/mkruns DIR N SEED ---
MKRUNS := $(if $(wildcard tests/tools/mkruns.c),$(B)/tests/mkruns)
ifeq ($(MODE),release)
$(B)/tests/mkruns: $(call obj,tests/tools/mkruns.c) $(LIBS)
	$(Q)mkdir -p $(@D); $(CC) $(ALLCFLAGS) $(LDHARDEN) -o $@ $^ $(LDLIBS)
endif

# --- fuzz targets: the sources once more, by clang, in $(B)/fuzz ---
FUZZCC  := $(shell for c in clang-14 clang; do command -v $$c && break; done)
FUZZ_S  ?= 60
F       := $(B)/fuzz
fuzz    := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzznames := $(fuzz:$(F)/fuzz_%=%)
FUZZFLAGS := -std=c11 -O1 -g -w -DMLW_TEST_HOOKS $(PKGCFLAGS) -fno-omit-frame-pointer
$(F)/libfuzz.a: $(patsubst %.c,$(F)/%.o,$(BASE_SRC) $(CORE_SRC) $(TUI_SRC) $(VIEWS_SRC)) \
                $(F)/gen/templates.o $(F)/gen/themes.o $(F)/gen/sql.o $(F)/gen/shells.o
	$(Q)rm -f $@; ar rcs $@ $^
$(F)/gen/%.o: $(O)/gen/%.c
	$(Q)mkdir -p $(@D); $(FUZZCC) $(CPPFLAGS) $(FUZZFLAGS) -c -o $@ $<
$(F)/%.o: %.c
	$(Q)mkdir -p $(@D); $(FUZZCC) $(CPPFLAGS) $(FUZZFLAGS) -fsanitize=fuzzer-no-link,address,undefined \
	    -fno-sanitize-recover=all -MMD -MP -c -o $@ $<
$(fuzz): $(F)/fuzz_%: $(F)/tests/fuzz/fuzz_%.o $(F)/libfuzz.a
	$(Q)$(FUZZCC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS)
-include $(shell find $(F) -name '*.d' 2>/dev/null)

# --- targets ---
test:
	@$(MAKE) --no-print-directory MODE=$(TESTMODE) run-quick
run-quick: $(quick) $(BIN)/mlw-shim
	@MLW_BIN=$(abspath $(BIN)/mlw) tests/tools/run -j $(JOBS) $(quick)

# the whole: lint, every test with the address sanitizer, queue and hub with the thread sanitizer, fuzz
A := $(B)/asan
check:
	@tests/tools/deps test
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=release all $(MKRUNS)
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=asan all programs
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=tsan $(threads:%=$(B)/tsan/tests/%)
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=test $(fuzz)
	@MLW_BIN=$(abspath $(A)/mlw) MLW_RELEASE=$(abspath $(B)/mlw) MLW_MKRUNS=$(abspath $(B)/tests/mkruns) \
	    B=$(B) tests/tools/run -j $(JOBS) -t 600 tests/tools/lint \
	    $(call tests_in,$(A),$(SLOW) $(QUICK)) $(call scripts_in,$(SLOW) $(QUICK) template) \
	    $(threads:%=$(B)/tsan/tests/%) $(fuzznames:%="tests/tools/fuzz check $(words $(fuzz)) $(F)/fuzz_%")
programs: $(quick) $(slow)
lint: all
	@B=$(B) tests/tools/lint
goldens:
	@UPDATE_GOLDENS=1 $(MAKE) --no-print-directory MODE=$(TESTMODE) run-quick
	@git --no-pager diff --stat -- tests
fuzz:
	@$(MAKE) --no-print-directory MODE=test $(fuzz)
	@tests/tools/run -j 1 -t 1000000 $(fuzznames:%="tests/tools/fuzz $(FUZZ_S) $(F)/fuzz_%")
bench: all $(MKRUNS)
	@B=$(B) MLW_BIN=$(abspath $(BIN)/mlw) MLW_MKRUNS=$(abspath $(B)/tests/mkruns) tests/bench/bench.py
peers: all $(peers)
	@MLW_BIN=$(abspath $(BIN)/mlw) tests/tools/run -j 1 -t 3600 $(peers) $(wildcard tests/peers/run_*.py tests/peers/run_*.sh)
deps:
	@tests/tools/deps run
demo: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(BIN)/mlw demo "$(or $(DIR),$(B)/demo)"

.PHONY: test run-quick check programs lint goldens fuzz bench peers deps demo
