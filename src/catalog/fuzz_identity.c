/* fuzz_identity.c - any text against every check rule: what a rule keeps it accepts again as it is, and what is worked out mends it. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "catalog/region.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const rules[] = {"uscc",           "orcid",           "doi",  "issn", "isbn", "cn-patent",
                                        "cn-application", "standard-number", "cstr", "ror",  "name", "none"};
    struct xt_str text = {(const char *)data, size};
    char kept[256], again[256];
    size_t i;

    if (size > 0 && memchr(data, '\0', size)) /* no text has one */
        return 0;
    for (i = 0; i < XT_COUNT(rules); i++) {
        bool (*check)(struct xt_str, char *, size_t) = xt_identity_rule(rules[i]);
        struct xt_working working;
        enum xt_worked worked = xt_identity_work(rules[i], text, &working);

        if (check(text, kept, sizeof kept)) {
            assert(strlen(kept) < sizeof kept);
            assert(check(xt_str(kept), again, sizeof again) && strcmp(kept, again) == 0);
            assert(worked == XT_WORKED_NOT || strcmp(working.given, working.expected) == 0);
        }
        assert(worked != XT_WORKED || (working.count > 0 && strlen(working.mended) == working.wanted));
    }
    return 0;
}
