/* nearest.c - edit distance between short names. */
#include "room/nearest.h"

#include <string.h>

#define WORD_MAX 32

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
    unsigned row[3][WORD_MAX + 1];
    size_t i, j;

    for (j = 0; j <= nb; j++)
        row[0][j] = (unsigned)j;
    for (i = 1; i <= na; i++) {
        unsigned *now = row[i % 3], *above = row[(i - 1) % 3], *two_above = row[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (j = 1; j <= nb; j++) {
            now[j] = least(least(above[j] + 1, now[j - 1] + 1), above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], two_above[j - 2] + 1);
        }
    }
    return row[na % 3][nb];
}

void xt_nearest_init(struct xt_nearest *nearest, struct xt_str word)
{
    size_t allowed = word.n / 3;

    if (allowed < 1)
        allowed = 1;
    if (allowed > 3)
        allowed = 3;
    *nearest = (struct xt_nearest){.word = word, .distance = (unsigned)allowed + 1};
}

void xt_nearest_offer(struct xt_nearest *nearest, const char *name)
{
    size_t n = strlen(name);
    unsigned d;

    if (nearest->word.n == 0 || nearest->word.n > WORD_MAX || n > WORD_MAX)
        return;
    d = distance(nearest->word.s, nearest->word.n, name, n);
    /* A beginning of three letters or more is as good as one wrong letter. */
    if (nearest->word.n >= 3 && nearest->word.n < n && memcmp(nearest->word.s, name, nearest->word.n) == 0)
        d = least(d, 1);
    if (d < nearest->distance) {
        nearest->distance = d;
        nearest->name = name;
    }
}
