/* id.c - ULIDs. */
#include "base/id.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/time.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void xt_ulid_make(char out[XT_ULID_SIZE])
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint64_t last_ms, high, low; /* the random part: 16 high bits, 64 low bits */
    uint64_t now_ms = (uint64_t)(xt_now() / 1000);
    uint64_t ms, h, l;
    int i;

    pthread_mutex_lock(&lock);
    if (now_ms > last_ms) {
        last_ms = now_ms;
        randombytes_buf(&low, sizeof low);
        high = randombytes_uniform(0x8000); /* the top bit is left free so that counting up cannot overflow */
    } else if (++low == 0) {
        high++;
    }
    ms = last_ms;
    h = high;
    l = low;
    pthread_mutex_unlock(&lock);

    for (i = 9; i >= 0; i--, ms >>= 5)
        out[i] = alphabet[ms & 31];
    for (i = 25; i >= 10; i--) {
        out[i] = alphabet[l & 31];
        l = l >> 5 | h << 59;
        h >>= 5;
    }
    out[26] = '\0';
}

bool xt_ulid_valid(struct xt_str text)
{
    size_t i;

    if (text.n != 26 || text.s[0] > '7')
        return false;
    for (i = 0; i < text.n; i++) {
        if (text.s[i] == '\0' || !strchr(alphabet, text.s[i]))
            return false;
    }
    return true;
}
