# Tests, lint, fuzzing, benchmarks: found by wildcard, a new file is enough. Included by the Makefile.
T := $(O)/tests
unit_tests := $(patsubst tests/%.c,$(T)/%,$(wildcard tests/unit/test_*.c tests/prop/test_*.c))
view_tests := $(patsubst tests/%.c,$(T)/%,$(wildcard tests/views/test_*.c))

$(unit_tests): $(T)/%: $(O)/tests/%.o $(LIBS)
	$(Q)mkdir -p $(@D); $(CC) $(ALLCFLAGS) $(LDHARDEN) -o $@ $^ $(LDLIBS) -lcmocka
$(view_tests): $(T)/%: $(O)/tests/%.o $(VIEWLIBS)
	$(Q)mkdir -p $(@D); $(CC) $(ALLCFLAGS) $(LDHARDEN) -o $@ $^ $(LDLIBS) -lcmocka

test: $(unit_tests) $(view_tests)
	$(Q)for t in $^; do $$t || exit 1; done

.PHONY: test
