/* A table in which a new phrase takes the slot of an old one. */
#include "search/frequencies.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define SLOTS 4096
#define LARGE 1000 /* documents with a phrase */

struct frequency {
    char *phrase;
    int64_t documents; /* of the index when it was counted */
    int64_t with;
};

void frequencies_init(struct frequencies *known)
{
    (void)pthread_mutex_init(&known->lock, NULL); /* cannot fail with default attributes */
    known->slots = NULL;
}

void frequencies_done(struct frequencies *known)
{
    for (size_t i = 0; known->slots && i < SLOTS; i++)
        free(known->slots[i].phrase);
    free(known->slots);
    (void)pthread_mutex_destroy(&known->lock);
}

static struct frequency *slot_of(struct frequencies *known, const char *phrase)
{
    return &known->slots[xt_hash64(phrase, strlen(phrase)) % SLOTS];
}

bool frequencies_find(struct frequencies *known, const char *phrase, int64_t documents, int64_t *out)
{
    bool found = false;

    (void)pthread_mutex_lock(&known->lock);
    if (known->slots) {
        const struct frequency *slot = slot_of(known, phrase);

        /* A small number changes much with each document: it serves while nothing has come. */
        found = slot->phrase && strcmp(slot->phrase, phrase) == 0 && slot->documents <= documents &&
                documents - slot->documents <= (slot->with >= LARGE ? slot->documents / 50 : 0);
        if (found)
            *out = slot->with;
    }
    (void)pthread_mutex_unlock(&known->lock);
    return found;
}

void frequencies_keep(struct frequencies *known, const char *phrase, int64_t documents, int64_t with)
{
    (void)pthread_mutex_lock(&known->lock);
    if (!known->slots)
        known->slots = xt_calloc(SLOTS, sizeof *known->slots);
    struct frequency *slot = slot_of(known, phrase);
    free(slot->phrase);
    *slot = (struct frequency){xt_strdup(phrase), documents, with};
    (void)pthread_mutex_unlock(&known->lock);
}
