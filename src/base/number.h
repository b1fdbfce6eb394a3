/*
 * number.h - numbers from text, checked; money in whole fen.
 */
#ifndef XT_BASE_NUMBER_H
#define XT_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Whole text must be the number: optional sign, digits. False on anything else and on overflow. */
bool xt_int_parse(struct xt_str text, int64_t *out);
/* The value of a hexadecimal digit in either case, -1 for any other byte. */
int xt_hex_digit(char c);
/* Decimal point, optional exponent, no locale, no inf or nan. */
bool xt_double_parse(struct xt_str text, double *out);
/* Shortest text that reads back as the same double. */
#define XT_DOUBLE_SIZE 32
char *xt_double_format(double value, char out[XT_DOUBLE_SIZE]);

/* "1,234.50", "¥12", "12.5" yuan to fen. Commas must stand every three digits or not at all. At most two decimals. */
bool xt_money_parse(struct xt_str text, int64_t *out_fen);
#define XT_MONEY_SIZE 32
char *xt_money_format(int64_t fen, char out[XT_MONEY_SIZE]); /* "1234.50", no grouping */

#endif
