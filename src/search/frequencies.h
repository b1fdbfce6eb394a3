/*
 * frequencies.h - how many documents hold a phrase, as far as it was asked before.
 *
 * For the engines. A known number serves while the index grows by less than a fiftieth, a small one while it does
 * not grow. Any thread.
 */
#ifndef XT_SEARCH_FREQUENCIES_H
#define XT_SEARCH_FREQUENCIES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Where a phrase is in more documents than this, the engines go on from how far they got. */
#define FREQUENCY_DOCS_MAX 100000

struct frequency;

struct frequencies {
    pthread_mutex_t lock;
    struct frequency *slots; /* NULL until the first is kept */
};

void frequencies_init(struct frequencies *known);
void frequencies_done(struct frequencies *known);
/* phrase: any text that stands for the phrase and the fields it is looked for in; documents: of the index now. */
bool frequencies_find(struct frequencies *known, const char *phrase, int64_t documents, int64_t *out);
void frequencies_keep(struct frequencies *known, const char *phrase, int64_t documents, int64_t with);

#endif
