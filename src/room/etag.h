/*
 * etag.h - entity tags in If-None-Match and If-Match (RFC 9110, 8.8.3 and 13.1).
 *
 * Handlers give the tag of a record's state ("seq-12"); a reply in English or compressed is another representation
 * and gets a tag of its own ("seq-12-en-gz"), since a strong tag may stand for one row of bytes only.
 */
#ifndef XT_ROOM_ETAG_H
#define XT_ROOM_ETAG_H

#include <stdbool.h>

#include "base/text.h"

/* True when the header's list names tag (given without quotes) or is "*". Weak comparison counts W/"x" as "x";
 * strong comparison never matches a weak tag. A broken list matches nothing after the break. */
bool xt_etag_listed(struct xt_str header, struct xt_str tag, bool weak);
/* The same for If-Match, where any representation of the state will do: the endings -en and -gz do not count.
 * Strong comparison. */
bool xt_etag_state_listed(struct xt_str header, struct xt_str tag);

#endif
