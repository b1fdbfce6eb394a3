/*
 * time.h - instants, dates and monotonic time.
 *
 * An instant is int64_t microseconds since 1970-01-01 UTC. A date is text: "2026", "2026-03" or "2026-03-05",
 * proleptic Gregorian, years 1000 to 2200. Wire form of an instant: "2026-03-05T08:00:00Z" (with ".123456" when
 * asked). All functions are safe from any thread.
 */
#ifndef XT_BASE_TIME_H
#define XT_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef int64_t xt_instant;

#define XT_SECOND 1000000LL

xt_instant xt_now(void);       /* wall clock */
int64_t xt_monotonic_us(void); /* for durations */

#define XT_INSTANT_SIZE 28
/* "2026-03-05T08:00:00Z"; with micros "2026-03-05T08:00:00.123456Z". Returns out. */
char *xt_instant_format(xt_instant at, bool micros, char out[XT_INSTANT_SIZE]);
/* Accepts the wire form with 0 to 6 decimals, or a bare date (midnight UTC). */
bool xt_instant_parse(struct xt_str text, xt_instant *out);

/* True when text is a date of the wire form; the parts left out are 0. */
bool xt_date_parse(struct xt_str text, int *out_year, int *out_month, int *out_day);
bool xt_date_valid(int year, int month, int day); /* month and day may be 0 = not said */

#define XT_DATE_SIZE 12
/* The day on which an instant falls in a zone that is minutes_east of UTC. */
char *xt_date_of(xt_instant at, int minutes_east, char out[XT_DATE_SIZE]);
int64_t xt_days_from_civil(int year, int month, int day); /* days since 1970-01-01 */
void xt_civil_from_days(int64_t days, int *out_year, int *out_month, int *out_day);

#endif
