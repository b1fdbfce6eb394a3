/* Sort keys by ICU. Opening a collator loads tables, so each thread keeps a clone of one. */
#include "text/collate.h"

#include <pthread.h>
#include <stdlib.h>

#include <unicode/ucol.h>
#include <unicode/ustring.h>

#include "base/mem.h"

#define TITLE_MAX 512 /* UTF-16 units looked at: what differs behind them does not sort */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static UCollator *first;

static void close_collator(void *collator)
{
    ucol_close(collator);
}

static void open_first(void)
{
    UErrorCode status = U_ZERO_ERROR;

    if (pthread_key_create(&key, close_collator) != 0)
        abort();
    first = ucol_open("zh@collation=pinyin", &status);
    if (U_FAILURE(status))
        first = NULL;
}

/* NULL when ICU has no data: then keys are the bytes of the text. */
static UCollator *collator_of_thread(void)
{
    (void)pthread_once(&once, open_first); /* fails only on a bad argument */
    UCollator *collator = pthread_getspecific(key);

    if (!collator && first) {
        UErrorCode status = U_ZERO_ERROR;

        collator = ucol_clone(first, &status);
        if (U_FAILURE(status))
            return NULL;
        if (pthread_setspecific(key, collator) != 0) {
            ucol_close(collator);
            return NULL;
        }
    }
    return collator;
}

void xt_sort_key(struct xt_str text, size_t max, struct xt_text *out)
{
    UCollator *collator = collator_of_thread();
    UChar title[TITLE_MAX];
    uint8_t small[1024];
    int32_t n = 0;

    if (!collator) {
        xt_text_add(out, text.s, xt_utf8_clip(text.s, text.n, max));
        return;
    }
    for (size_t i = 0; i < text.n && n < TITLE_MAX - 1;) {
        uint32_t c;

        i += xt_utf8_decode(text.s + i, text.n - i, &c);
        if (c >= 0x10000) {
            title[n++] = (UChar)(0xD7C0 + (c >> 10));
            title[n++] = (UChar)(0xDC00 | (c & 0x3FF));
        } else {
            title[n++] = (UChar)c;
        }
    }

    int32_t size = ucol_getSortKey(collator, title, n, small, (int32_t)sizeof small);
    if (size > (int32_t)sizeof small)
        size = (int32_t)sizeof small; /* ICU has filled what fits */
    else if (size > 0)
        size--; /* the closing zero byte */
    xt_text_add(out, (const char *)small, (size_t)size < max ? (size_t)size : max);
}
