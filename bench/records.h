/*
 * records.h - makes records to measure with: clauses, titles and keywords of real papers put together anew.
 *
 * A record depends on its number and the seed alone, so that any part of a set can be made again. The real texts are
 * those of XIETONG_DATA/papers (csl, paperlists); where they are absent made-up words take their place, and
 * records_real() says so: figures from them are not comparable.
 *
 * Shape: some 210 characters or 500 bytes of text a record, 18 in 100 in English, a tail of rare words, and values
 * that follow Zipf's law: 9 types, 21 cities, 30 years, 500 subjects, 20,000 organisations.
 */
#ifndef XT_BENCH_RECORDS_H
#define XT_BENCH_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct record {
    struct xt_text title, abstract, keywords, rare; /* rare: the word of the tail that the abstract holds */
    char type[16], area[8], year[8], subject[24], organisation[48];
};

struct records;
struct records *records_open(const char *data_dir, uint64_t seed);
void records_close(struct records *records);
bool records_real(const struct records *records);

void record_init(struct record *record);
void record_done(struct record *record);
void records_make(const struct records *records, uint64_t number, struct record *out);

/* Real keywords of so many characters, for queries; "" when there is none left. */
struct xt_str records_keyword(const struct records *records, uint64_t n, unsigned min_chars, unsigned max_chars);

#endif
