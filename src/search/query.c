/*
 * The parser of the query language: recursive descent over the text itself.
 *
 *     any    := all { ("OR" | "||" | "或") all }
 *     all    := item { ["AND" | "&&" | "与"] item }
 *     item   := { "NOT" | "!" | "-" | "非" } part
 *     part   := "(" any ")" | name ":" part | phrase | chunk
 */
#include "search/query.h"

#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "text/token.h"

struct parser {
    const struct query_env *env;
    struct xt_arena *arena;
    struct xt_str text;
    size_t at;
    unsigned depth;
    struct query *out;
    struct xt_search_ignored *ignored;
    size_t ignored_capacity;
};

/* What a part is searched in: fields, a facet or a range; nothing said means all fields. */
struct target {
    struct xt_str name;
    bool named;
    bool has_fields;
    struct field_set fields;
    int facet, range; /* -1 = none */
    unsigned through; /* facet of names before the stop, 0 = none */
};

static struct query_node *parse_any(struct parser *p, const struct target *target);

/* ---- reading ---- */

static uint32_t peek(const struct parser *p, size_t at, size_t *out_n)
{
    uint32_t c = 0;

    *out_n = 0;
    if (at < p->text.n)
        *out_n = xt_utf8_decode(p->text.s + at, p->text.n - at, &c);
    return c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* White space, and the signs that set items of a list apart. A comma between digits belongs to a number. */
static bool is_space(const struct parser *p, size_t at, uint32_t c)
{
    switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '\f':
    case '\v':
    case 0x3000:
    case 0xA0:
    case 0xFEFF:
    case 0:
    case 0x3001:
    case 0xFF0C:
    case 0xFF1B:
    case ';':
        return true;
    case ',':
        return !(at > 0 && is_digit(p->text.s[at - 1]) && at + 1 < p->text.n && is_digit(p->text.s[at + 1]));
    default:
        return false;
    }
}

static bool is_open(uint32_t c)
{
    return c == '(' || c == 0xFF08;
}

static bool is_close(uint32_t c)
{
    return c == ')' || c == 0xFF09;
}

static bool is_colon(uint32_t c)
{
    return c == ':' || c == 0xFF1A;
}

/* The quotation mark that closes c, 0 when c opens none. */
static uint32_t closing(uint32_t c)
{
    switch (c) {
    case '"':
    case 0xFF02:
    case 0x201D:
        return '"';
    case 0x201C:
        return 0x201D;
    case 0x300C:
        return 0x300D;
    case 0x300E:
        return 0x300F;
    default:
        return 0;
    }
}

static bool closes(uint32_t c, uint32_t close)
{
    return c == close || (close == '"' && (c == 0xFF02 || c == 0x201D || c == 0x201C)) || (close == 0x201D && c == '"');
}

static void skip_space(struct parser *p)
{
    size_t n;

    while (p->at < p->text.n) {
        uint32_t c = peek(p, p->at, &n);

        if (!is_space(p, p->at, c))
            break;
        p->at += n;
    }
}

static void ignore(struct parser *p, struct xt_str part, enum xt_msg why)
{
    struct query *q = p->out;

    if (q->ignored_count == 50)
        return;
    if (q->ignored_count == p->ignored_capacity) {
        size_t capacity = p->ignored_capacity ? p->ignored_capacity * 2 : 8;
        struct xt_search_ignored *list = xt_arena_alloc(p->arena, capacity * sizeof *list);

        if (q->ignored_count)
            memcpy(list, p->ignored, q->ignored_count * sizeof *list);
        p->ignored = list;
        p->ignored_capacity = capacity;
    }
    p->ignored[q->ignored_count++] = (struct xt_search_ignored){part, why};
    q->ignored = p->ignored;
}

static struct xt_str part_of(const struct parser *p, size_t from, size_t to)
{
    return (struct xt_str){p->text.s + from, to - from};
}

/* A chunk: up to white space, a bracket, a quotation mark or (unless through) a colon. */
static struct xt_str read_chunk(struct parser *p, bool through_colon)
{
    size_t from = p->at, n;

    while (p->at < p->text.n) {
        uint32_t c = peek(p, p->at, &n);

        if (is_space(p, p->at, c) || is_open(c) || is_close(c) || closing(c) || (!through_colon && is_colon(c)))
            break;
        p->at += n;
    }
    return part_of(p, from, p->at);
}

/* ---- operators ---- */

enum operator{ OP_NONE, OP_AND, OP_OR, OP_NOT };

static enum operator operator_of(struct xt_str word)
{
    static const struct {
        const char *word;
        enum operator op;
    } operators[] = {
        {"AND", OP_AND}, {"&&", OP_AND}, {"&", OP_AND},   {"与", OP_AND}, {"OR", OP_OR},  {"||", OP_OR},
        {"|", OP_OR},    {"或", OP_OR},  {"NOT", OP_NOT}, {"!", OP_NOT},  {"！", OP_NOT}, {"非", OP_NOT},
    };

    for (size_t i = 0; i < XT_COUNT(operators); i++)
        if (xt_str_is(word, operators[i].word))
            return operators[i].op;
    return OP_NONE;
}

/* Is the next word this operator? Then it is taken. */
static bool take_operator(struct parser *p, enum operator op)
{
    size_t before, n;

    skip_space(p);
    before = p->at;
    struct xt_str word = read_chunk(p, false);
    if (operator_of(word) == op && !is_colon(peek(p, p->at, &n)))
        return true;
    p->at = before;
    return false;
}

/* "-" or "!" before a part, with nothing between. */
static bool take_minus(struct parser *p)
{
    size_t n, after;
    uint32_t c = peek(p, p->at, &n);

    if (c != '-' && c != '!' && c != 0xFF01 && c != 0x2212)
        return false;
    uint32_t next = peek(p, p->at + n, &after);
    if (after == 0 || is_space(p, p->at + n, next) || is_close(next))
        return false;
    p->at += n;
    return true;
}

/* ---- nodes ---- */

static struct query_node *new_node(struct parser *p, enum query_kind kind)
{
    struct query_node *node = xt_arena_alloc(p->arena, sizeof *node);

    node->kind = kind;
    return node;
}

/* A node of kind over the children chained by next; one child alone stands for itself. */
static struct query_node *join(struct parser *p, enum query_kind kind, struct query_node *children)
{
    if (!children || !children->next)
        return children;
    struct query_node *node = new_node(p, kind);
    node->first = children;
    return node;
}

struct collect {
    struct parser *p;
    struct xt_str tokens[QUERY_TOKENS_MAX];
    struct xt_token last;
    size_t count;
};

static bool collect_token(void *context, const struct xt_token *token)
{
    struct collect *c = context;

    if (c->count == QUERY_TOKENS_MAX)
        return false;
    c->tokens[c->count++] = (struct xt_str){xt_arena_strndup(c->p->arena, token->s, token->n), token->n};
    c->last = *token;
    return true;
}

void query_fields(const struct xt_search_schema *schema, struct field_set *out)
{
    *out = (struct field_set){{0}};
    for (size_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].weight != XT_WEIGHT_APART)
            field_set_add(out, i);
}

/* A phrase as any of its tokens: a node that is said as the phrase. The last character of a run, which its pair holds,
 * is none. */
static struct query_node *pieces_node(struct parser *p, const struct query_node *phrase)
{
    struct query_node *any = new_node(p, QUERY_OR), **tail = &any->first;

    *any = *phrase;
    any->kind = QUERY_OR;
    any->first = NULL;
    p->out->leaf_count--; /* the phrase itself is not asked */
    for (size_t i = 0; i < phrase->token_count && p->out->leaf_count < QUERY_LEAVES_MAX; i++) {
        bool last = i + 1 == phrase->token_count;
        uint32_t c;

        if (!last && xt_utf8_decode(phrase->tokens[i].s, phrase->tokens[i].n, &c) == phrase->tokens[i].n &&
            xt_is_han(c))
            continue;
        struct query_node *piece = new_node(p, QUERY_TEXT);
        *piece = *phrase;
        piece->next = NULL;
        piece->tokens = &phrase->tokens[i];
        piece->token_count = 1;
        piece->prefix = last && phrase->prefix;
        piece->leaf = (unsigned)p->out->leaf_count;
        p->out->leaves[p->out->leaf_count++] = piece;
        *tail = piece;
        tail = &piece->next;
    }
    return any;
}

static struct query_node *phrase_node(struct parser *p, const struct target *target, struct xt_str written, bool quoted,
                                      bool starred);

#define SYNONYMS_OF_ONE 6

/* A phrase or any of its synonyms: a node that is said as the phrase. */
static struct query_node *with_synonyms(struct parser *p, const struct target *target, struct query_node *phrase)
{
    const struct xt_search_schema *schema = p->env->schema;
    struct query *q = p->out;
    struct xt_str also[SYNONYMS_OF_ONE];
    size_t count = schema->synonyms(schema->synonyms_context, phrase->written, p->arena, also, SYNONYMS_OF_ONE);
    struct query_node *any, **tail = &phrase->next;

    if (count == 0)
        return phrase;
    any = new_node(p, QUERY_OR);
    *any = *phrase;
    any->kind = QUERY_OR;
    any->first = phrase;
    for (size_t i = 0; i < count; i++) {
        if (q->leaf_count == QUERY_LEAVES_MAX || q->synonym_count == QUERY_SYNONYMS_MAX)
            break;
        struct query_node *other = phrase_node(p, target, also[i], true, false);
        if (!other)
            continue;
        other->prefix = other->prefix && other->token_count == 1 && xt_utf8_count(also[i].s, also[i].n) == 1;
        other->stands_for = phrase;
        q->synonyms[q->synonym_count++] = (struct xt_search_synonym){phrase->written, also[i]};
        *tail = other;
        tail = &other->next;
    }
    return any;
}

static struct query_node *text_node(struct parser *p, const struct target *target, struct xt_str written, bool quoted,
                                    bool starred)
{
    struct query_node *node = phrase_node(p, target, written, quoted, starred);

    if (!node || quoted)
        return node;
    if (p->env->pieces)
        return node->token_count > 1 ? pieces_node(p, node) : node;
    return p->env->as_written || starred || !p->env->schema->synonyms ? node : with_synonyms(p, target, node);
}

static struct query_node *phrase_node(struct parser *p, const struct target *target, struct xt_str written, bool quoted,
                                      bool starred)
{
    struct collect c = {.p = p};

    if (p->out->leaf_count == QUERY_LEAVES_MAX) {
        ignore(p, written, XT_MSG_SEARCH_TOO_MANY);
        return NULL;
    }
    xt_token_each(written, collect_token, &c);
    if (c.count == 0) {
        ignore(p, written, XT_MSG_SEARCH_NOTHING);
        return NULL;
    }

    struct query_node *node = new_node(p, QUERY_TEXT);
    /* The last character of a run stands alone in the index too; the pairs before it say all. A run of one
     * character is the beginning of a pair, or such a last one. */
    if (c.last.kind == XT_TOKEN_LAST && !c.last.run_starts)
        c.count--;
    else if (c.last.kind == XT_TOKEN_LAST)
        node->prefix = true;
    else
        node->prefix = starred || (c.last.kind == XT_TOKEN_WORD && !c.last.digits);
    struct xt_str *tokens = xt_arena_alloc(p->arena, c.count * sizeof *tokens);
    memcpy(tokens, c.tokens, c.count * sizeof *tokens);
    node->tokens = tokens;
    node->token_count = c.count;
    node->written = written;
    node->quoted = quoted;
    node->starred = starred;
    node->named = target->named && target->has_fields;
    node->name = target->name;
    if (node->named)
        node->fields = target->fields;
    else
        query_fields(p->env->schema, &node->fields);
    node->leaf = (unsigned)p->out->leaf_count;
    p->out->leaves[p->out->leaf_count++] = node;
    return node;
}

/* The facet's value as it is stored, from a value or a label. */
static bool resolve_value(struct parser *p, unsigned facet, struct xt_str *value)
{
    const struct xt_search_facet *f = &p->env->schema->facets[facet];
    char found[256];

    if (p->env->known && p->env->known(p->env->context, facet, *value))
        return true;
    if (p->env->known) { /* codes are lower case and half width */
        struct xt_text folded;

        xt_text_init(&folded, XT_KIB);
        xt_fold(*value, &folded);
        bool same = p->env->known(p->env->context, facet, xt_text_view(&folded));
        if (same)
            *value = (struct xt_str){xt_arena_strndup(p->arena, folded.s, folded.n), folded.n};
        xt_text_done(&folded);
        if (same)
            return true;
    }
    if (f->by_label && f->by_label(f->context, *value, found, sizeof found)) {
        *value = xt_str(xt_arena_strdup(p->arena, found));
        return true;
    }
    return false;
}

static bool looks_like_span(struct xt_str text)
{
    return xt_str_find(text, XT_STR("..")) != SIZE_MAX || xt_str_starts(text, ">") || xt_str_starts(text, "<") ||
           xt_str_starts(text, "＞") || xt_str_starts(text, "＜") || xt_str_starts(text, "≥") ||
           xt_str_starts(text, "≤") || xt_str_starts(text, "=");
}

static struct query_node *facet_node(struct parser *p, const struct target *target, struct xt_str written, bool quoted)
{
    unsigned facet = (unsigned)target->facet;
    const struct xt_search_facet *f = &p->env->schema->facets[facet];
    struct xt_str value = written;
    /* A range first: folding takes its signs away, and "2018.." would be the year 2018. */
    bool known = !(f->is_year && !quoted && looks_like_span(written)) && resolve_value(p, facet, &value);

    if (!known && f->is_year && !quoted) {
        struct query_node *span = new_node(p, QUERY_FACET);

        if (query_span(written, false, true, 1, &span->low, &span->high)) {
            span->is_span = true;
            span->facet = facet;
            span->through = target->through;
            span->written = written;
            span->name = target->name;
            return span;
        }
        if (looks_like_span(written)) {
            ignore(p, written, XT_MSG_SEARCH_BAD_RANGE);
            return NULL;
        }
    }
    /* A name that is both a field and a facet: a value the facet does not know may be a word of the field. */
    if (!known && target->has_fields)
        return text_node(p, target, written, quoted, false);

    struct query_node *node = new_node(p, QUERY_FACET);
    node->facet = facet;
    node->through = target->through;
    node->value = value;
    node->written = written;
    node->quoted = quoted;
    node->name = target->name;
    return node;
}

static struct query_node *range_node(struct parser *p, const struct target *target, struct xt_str written, bool quoted)
{
    const struct xt_search_range *range = &p->env->schema->ranges[target->range];
    struct query_node *node = new_node(p, QUERY_RANGE);

    if (!query_span(written, range->is_date, false, range->scale ? range->scale : 1, &node->low, &node->high)) {
        ignore(p, written, XT_MSG_SEARCH_BAD_RANGE);
        return NULL;
    }
    node->range = (unsigned)target->range;
    node->written = written;
    node->quoted = quoted;
    node->name = target->name;
    return node;
}

static struct query_node *leaf_node(struct parser *p, const struct target *target, struct xt_str written, bool quoted)
{
    bool starred = false;

    if (target->named && target->facet >= 0)
        return facet_node(p, target, written, quoted);
    if (target->named && target->range >= 0)
        return range_node(p, target, written, quoted);
    if (!quoted && (xt_str_ends(written, "*") || xt_str_ends(written, "＊"))) {
        starred = true;
        written.n -= xt_str_ends(written, "*") ? 1 : strlen("＊");
        if (written.n == 0 && !target->named)
            return new_node(p, QUERY_ALL);
    }
    return text_node(p, target, written, quoted, starred);
}

/* ---- names ---- */

static bool same_name(struct xt_str folded, const char *name, struct xt_text *scratch)
{
    if (!name)
        return false;
    xt_text_clear(scratch);
    xt_fold(xt_str(name), scratch);
    return xt_str_eq(folded, xt_text_view(scratch));
}

static bool named_by(struct xt_str folded, const char *name, const char *const labels[XT_LANGS],
                     struct xt_text *scratch)
{
    bool same = same_name(folded, name, scratch);

    for (int lang = 0; lang < XT_LANGS; lang++)
        same = same || same_name(folded, labels[lang], scratch);
    return same;
}

static bool field_named_by(struct xt_str folded, const struct xt_search_field *field, struct xt_text *scratch)
{
    bool same = named_by(folded, field->name, field->labels, scratch);

    for (size_t i = 0; !same && field->aliases && field->aliases[i]; i++)
        same = same_name(folded, field->aliases[i], scratch);
    return same;
}

static int facet_named(const struct xt_search_schema *schema, struct xt_str name)
{
    XT_AUTO(xt_text_done) struct xt_text folded = {0}, scratch = {0};

    xt_text_init(&folded, XT_KIB);
    xt_text_init(&scratch, XT_KIB);
    xt_fold(name, &folded);
    for (size_t i = 0; i < schema->facet_count && folded.n > 0; i++)
        if (named_by(xt_text_view(&folded), schema->facets[i].name, schema->facets[i].labels, &scratch))
            return (int)i;
    return -1;
}

/* "organisation.area": what the documents have that are named. */
static void find_through(const struct xt_search_schema *schema, struct xt_str name, struct target *out)
{
    size_t dot = xt_str_find(name, XT_STR("."));
    int names;

    if (dot == SIZE_MAX)
        return;
    names = facet_named(schema, (struct xt_str){name.s, dot});
    if (names > 0 && schema->facets[names].names) {
        out->facet = facet_named(schema, (struct xt_str){name.s + dot + 1, name.n - dot - 1});
        out->through = (unsigned)names;
    }
}

/* Which fields, facet or range a name or label means; false when none. */
static bool find_target(struct parser *p, struct xt_str name, struct target *out)
{
    const struct xt_search_schema *schema = p->env->schema;
    struct xt_text folded, scratch;

    *out = (struct target){.name = name, .named = true, .facet = -1, .range = -1};
    xt_text_init(&folded, XT_KIB);
    xt_text_init(&scratch, XT_KIB);
    xt_fold(name, &folded);
    struct xt_str wanted = xt_text_view(&folded);
    if (wanted.n > 0) {
        for (size_t i = 0; i < schema->field_count; i++)
            if (field_named_by(wanted, &schema->fields[i], &scratch)) {
                field_set_add(&out->fields, i);
                out->has_fields = true;
            }
        out->facet = facet_named(schema, name);
        for (size_t i = 0; i < schema->range_count && out->range < 0; i++)
            if (schema->ranges[i].labels[0] &&
                named_by(wanted, schema->ranges[i].name, schema->ranges[i].labels, &scratch))
                out->range = (int)i;
        if (!out->has_fields && out->facet < 0 && out->range < 0)
            find_through(schema, name, out);
    }
    xt_text_done(&folded);
    xt_text_done(&scratch);
    return out->has_fields || out->facet >= 0 || out->range >= 0;
}

/* ---- the grammar ---- */

static struct query_node *parse_phrase(struct parser *p, const struct target *target, size_t mark_n, uint32_t close)
{
    size_t from = p->at + mark_n, n;
    size_t to = from;

    while (to < p->text.n) {
        uint32_t c = peek(p, to, &n);

        if (closes(c, close))
            break;
        to += n;
    }
    if (to >= p->text.n) {
        ignore(p, part_of(p, p->at, from), XT_MSG_SEARCH_QUOTE);
        p->at = p->text.n;
    } else {
        (void)peek(p, to, &n);
        p->at = to + n;
        if (p->at < p->text.n && p->text.s[p->at] == '*') { /* "sens"* */
            p->at++;
            if (!(target->named && (target->facet >= 0 || target->range >= 0)))
                return text_node(p, target, part_of(p, from, to), true, true);
        }
    }
    return leaf_node(p, target, part_of(p, from, to), true);
}

static struct query_node *parse_group(struct parser *p, const struct target *target, size_t mark_n)
{
    struct xt_str mark = part_of(p, p->at, p->at + mark_n);
    size_t n;

    p->at += mark_n;
    if (p->depth == QUERY_DEPTH_MAX) {
        ignore(p, part_of(p, p->at, p->text.n), XT_MSG_SEARCH_TOO_DEEP);
        p->at = p->text.n;
        return NULL;
    }
    p->depth++;
    struct query_node *node = parse_any(p, target);
    p->depth--;
    skip_space(p);
    if (is_close(peek(p, p->at, &n)))
        p->at += n;
    else
        ignore(p, mark, XT_MSG_SEARCH_BRACKET);
    return node;
}

static struct query_node *parse_part(struct parser *p, const struct target *target)
{
    size_t n, from;
    uint32_t c;

    skip_space(p);
    from = p->at;
    c = peek(p, p->at, &n);
    if (is_open(c))
        return parse_group(p, target, n);
    if (closing(c))
        return parse_phrase(p, target, n, closing(c));
    if (target->named && target->has_fields == false) {
        struct xt_str value = read_chunk(p, true); /* a value may hold colons */

        return value.n ? leaf_node(p, target, value, false) : NULL;
    }

    struct xt_str chunk = read_chunk(p, false);
    size_t colon_n;
    if (is_colon(peek(p, p->at, &colon_n))) {
        struct target inner;
        size_t colon = p->at;

        if (chunk.n > 0 && find_target(p, chunk, &inner)) {
            p->at += colon_n;
            size_t value_from = p->at;
            uint32_t next = peek(p, p->at, &n);
            if (p->at >= p->text.n || is_space(p, p->at, next) || is_close(next)) {
                ignore(p, part_of(p, from, value_from), XT_MSG_SEARCH_OPERATOR);
                return NULL;
            }
            if (p->depth == QUERY_DEPTH_MAX) {
                ignore(p, part_of(p, p->at, p->text.n), XT_MSG_SEARCH_TOO_DEEP);
                p->at = p->text.n;
                return NULL;
            }
            p->depth++;
            struct query_node *node = parse_part(p, &inner);
            p->depth--;
            return node;
        }
        /* Not a field: an address, a ratio, a title with a colon. All of it is one chunk. */
        (void)read_chunk(p, true);
        if (chunk.n > 0 && p->at > colon + colon_n)
            ignore(p, part_of(p, from, colon + colon_n), XT_MSG_SEARCH_UNKNOWN_FIELD);
        chunk = part_of(p, from, p->at);
    }
    return chunk.n ? leaf_node(p, target, chunk, false) : NULL;
}

/* One item with the NOTs before it. *out_any says whether anything was read. */
static struct query_node *parse_item(struct parser *p, const struct target *target, bool *out_any)
{
    bool negative = false;
    size_t from, n;

    *out_any = false;
    skip_space(p);
    from = p->at;
    while (take_operator(p, OP_NOT) || take_minus(p)) {
        negative = !negative;
        *out_any = true;
        skip_space(p);
    }
    if (p->at >= p->text.n || is_close(peek(p, p->at, &n))) {
        if (*out_any)
            ignore(p, part_of(p, from, p->at), XT_MSG_SEARCH_OPERATOR);
        return NULL;
    }
    size_t before = p->at;
    struct query_node *node = parse_part(p, target);
    if (p->at > before)
        *out_any = true;
    if (!node || !negative)
        return node;
    if (node->kind == QUERY_NOT) /* -(-a) */
        return node->first;
    struct query_node *inverse = new_node(p, QUERY_NOT);
    inverse->first = node;
    return inverse;
}

/* Does an item begin here that is not an operator between items? */
static bool at_item(struct parser *p)
{
    size_t before, n;

    skip_space(p);
    if (p->at >= p->text.n || is_close(peek(p, p->at, &n)))
        return false;
    before = p->at;
    bool is_or = take_operator(p, OP_OR);
    p->at = before;
    return !is_or;
}

/* The words among what stands beside each other, as one that holds where any of them does; conditions, quoted phrases and
 * NOT stay beside it. */
static struct query_node *any_word(struct parser *p, struct query_node *list)
{
    struct query_node *words = NULL, *others = NULL, **word = &words, **other = &others;

    for (struct query_node *node = list, *next; node; node = next) {
        bool is_word = (node->kind == QUERY_TEXT && !node->quoted) || (node->kind == QUERY_OR && node->written.n > 0);

        next = node->next;
        node->next = NULL;
        *(is_word ? word : other) = node;
        if (is_word)
            word = &node->next;
        else
            other = &node->next;
    }
    words = join(p, QUERY_OR, words);
    if (!words)
        return others;
    words->next = others;
    return words;
}

static struct query_node *parse_all(struct parser *p, const struct target *target)
{
    struct query_node *first = NULL, **tail = &first;

    for (;;) {
        size_t from;
        bool any;

        skip_space(p);
        from = p->at;
        bool operator= take_operator(p, OP_AND);
        size_t after = p->at;
        if (operator&&(!first || !at_item(p)))
            ignore(p, part_of(p, from, after), XT_MSG_SEARCH_OPERATOR);
        if (!at_item(p))
            break;
        struct query_node *node = parse_item(p, target, &any);
        if (node) {
            *tail = node;
            tail = &node->next;
        }
        if (!any && !operator)
            break;
    }
    return join(p, QUERY_AND, p->env->pieces ? any_word(p, first) : first);
}

static struct query_node *parse_any(struct parser *p, const struct target *target)
{
    struct query_node *first = NULL, **tail = &first;
    size_t from = p->at, to = p->at;
    bool dangling = false;

    for (;;) {
        struct query_node *node = parse_all(p, target);

        if (node) {
            *tail = node;
            tail = &node->next;
        }
        if (dangling && !node)
            ignore(p, part_of(p, from, to), XT_MSG_SEARCH_OPERATOR);
        skip_space(p);
        from = p->at;
        if (!take_operator(p, OP_OR))
            break;
        to = p->at;
        dangling = true;
        if (!first)
            ignore(p, part_of(p, from, to), XT_MSG_SEARCH_OPERATOR);
    }
    return join(p, QUERY_OR, first);
}

void query_parse(const struct query_env *env, struct xt_str text, struct xt_arena *arena, struct query *out)
{
    static const struct target anywhere = {.facet = -1, .range = -1};
    struct parser p = {.env = env, .arena = arena, .out = out};
    struct query_node *first = NULL, **tail = &first;

    *out = (struct query){0};
    size_t n = xt_utf8_clip(text.s, text.n, QUERY_BYTES_MAX);
    char *copy = xt_arena_strndup(arena, text.s ? text.s : "", n);
    for (size_t i = 0; i < n; i++)
        if (copy[i] == '\0')
            copy[i] = ' ';
    p.text = (struct xt_str){copy, n};
    if (n < text.n)
        ignore(&p,
               (struct xt_str){xt_arena_strndup(arena, text.s + n, text.n - n < 40 ? text.n - n : 40),
                               text.n - n < 40 ? text.n - n : 40},
               XT_MSG_SEARCH_TOO_LONG);
    for (;;) {
        struct query_node *node = parse_any(&p, &anywhere);

        if (node) {
            *tail = node;
            tail = &node->next;
        }
        if (p.at >= p.text.n)
            break;
        size_t mark_n; /* only a closing bracket too many stops the grammar before the end */
        (void)peek(&p, p.at, &mark_n);
        ignore(&p, part_of(&p, p.at, p.at + mark_n), XT_MSG_SEARCH_BRACKET);
        p.at += mark_n;
    }
    out->root = join(&p, QUERY_AND, first);
    if (!out->root)
        out->root = new_node(&p, QUERY_ALL);
}

/* ---- spans ---- */

/* First and last day of "2015", "2015-03" or "2015-03-05". */
static bool read_date(struct xt_str text, int64_t *out_first, int64_t *out_last)
{
    int year, month, day;

    if (!xt_date_parse(text, &year, &month, &day))
        return false;
    *out_first = xt_days_from_civil(year, month ? month : 1, day ? day : 1);
    if (day)
        *out_last = *out_first;
    else if (month)
        *out_last = (month == 12 ? xt_days_from_civil(year + 1, 1, 1) : xt_days_from_civil(year, month + 1, 1)) - 1;
    else
        *out_last = xt_days_from_civil(year + 1, 1, 1) - 1;
    return true;
}

/* A number with the commas people write, times scale: "1,000", "12.5", "50万", "3亿". */
static bool read_number(struct xt_str text, int64_t scale, int64_t *out)
{
    char plain[40];
    size_t n = 0;
    double factor = 1, value;

    if (xt_str_ends(text, "万") || xt_str_ends(text, "亿")) {
        factor = xt_str_ends(text, "万") ? 1e4 : 1e8;
        text.n -= strlen("万");
    }
    for (size_t i = 0; i < text.n; i++) {
        if (text.s[i] == ',')
            continue;
        if (n == sizeof plain)
            return false;
        plain[n++] = text.s[i];
    }
    if (scale == 1 && factor < 2 && xt_int_parse((struct xt_str){plain, n}, out))
        return true;
    if (!xt_double_parse((struct xt_str){plain, n}, &value))
        return false;
    value *= factor * (double)scale;
    if (!(value > -9e18 && value < 9e18))
        return false;
    *out = (int64_t)(value + (value < 0 ? -0.5 : 0.5));
    return true;
}

static bool read_value(struct xt_str text, bool is_date, bool is_year, int64_t scale, int64_t *out_first,
                       int64_t *out_last)
{
    text = xt_str_trim(text);
    if (is_date)
        return read_date(text, out_first, out_last);
    if (is_year && xt_str_ends(text, "年"))
        text.n -= strlen("年");
    if (!read_number(text, is_year ? 1 : scale, out_first))
        return false;
    *out_last = *out_first;
    return true;
}

bool query_span(struct xt_str text, bool is_date, bool is_year, int64_t scale, int64_t *out_low, int64_t *out_high)
{
    static const struct {
        const char *sign;
        bool low, inclusive, both;
    } signs[] = {
        {">=", true, true, false},   {"<=", false, true, false},  {"≥", true, true, false},
        {"≤", false, true, false},   {"＞＝", true, true, false}, {"＜＝", false, true, false},
        {">", true, false, false},   {"<", false, false, false},  {"＞", true, false, false},
        {"＜", false, false, false}, {"=", true, true, true},
    };
    int64_t first, last;
    size_t dots = xt_str_find(text, XT_STR(".."));

    *out_low = INT64_MIN + 1; /* the least itself stands for "none" */
    *out_high = INT64_MAX;
    if (dots != SIZE_MAX) {
        struct xt_str low = xt_str_trim((struct xt_str){text.s, dots});
        struct xt_str high = xt_str_trim((struct xt_str){text.s + dots + 2, text.n - dots - 2});

        if (low.n == 0 && high.n == 0)
            return false;
        if (low.n && !read_value(low, is_date, is_year, scale, out_low, &last))
            return false;
        return high.n == 0 || read_value(high, is_date, is_year, scale, &first, out_high);
    }
    for (size_t i = 0; i < XT_COUNT(signs); i++) {
        if (!xt_str_starts(text, signs[i].sign))
            continue;
        size_t n = strlen(signs[i].sign);
        if (!read_value((struct xt_str){text.s + n, text.n - n}, is_date, is_year, scale, &first, &last))
            return false;
        if (signs[i].both) {
            *out_low = first;
            *out_high = last;
        } else if (signs[i].low) {
            *out_low = signs[i].inclusive ? first : last == INT64_MAX ? last : last + 1;
        } else {
            *out_high = signs[i].inclusive ? last : first == INT64_MIN ? first : first - 1;
        }
        return true;
    }
    return read_value(text, is_date, is_year, scale, out_low, out_high);
}

/* ---- the query as it was read ---- */

static const char *label_of(const char *name, const char *const labels[XT_LANGS], enum xt_lang lang)
{
    return labels[lang] ? labels[lang] : name;
}

/* A phrase between plain quotation marks; those inside it, which separate only, become spaces. */
static void say_quoted(struct xt_str text, struct xt_text *out)
{
    xt_text_add_char(out, '"');
    for (size_t i = 0; i < text.n;) {
        uint32_t c;
        size_t n = xt_utf8_decode(text.s + i, text.n - i, &c);

        if (closes(c, '"'))
            xt_text_add_char(out, ' ');
        else
            xt_text_add(out, text.s + i, n);
        i += n;
    }
    xt_text_add_char(out, '"');
}

static void say_leaf(const struct query_env *env, const struct query_node *node, enum xt_lang lang, struct xt_text *out)
{
    if (node->kind == QUERY_FACET) {
        const struct xt_search_facet *facet = &env->schema->facets[node->facet];

        if (node->through) {
            const struct xt_search_facet *through = &env->schema->facets[node->through];

            xt_text_add_z(out, label_of(through->name, through->labels, lang));
            xt_text_add_char(out, '.');
        }
        xt_text_add_z(out, label_of(facet->name, facet->labels, lang));
        xt_text_add_char(out, ':');
    } else if (node->kind == QUERY_RANGE) {
        const struct xt_search_range *range = &env->schema->ranges[node->range];

        xt_text_add_z(out, label_of(range->name, range->labels, lang));
        xt_text_add_char(out, ':');
    } else if (node->named) {
        size_t field = 0;

        while (!field_set_has(&node->fields, field))
            field++;
        xt_text_add_z(out, label_of(env->schema->fields[field].name, env->schema->fields[field].labels, lang));
        xt_text_add_char(out, ':');
    }
    if (node->quoted || operator_of(node->written) != OP_NONE)
        say_quoted(node->written, out);
    else
        xt_text_add_str(out, node->written);
    if (node->starred)
        xt_text_add_char(out, '*');
}

static void say(const struct query_env *env, const struct query_node *node, enum xt_lang lang, bool inner,
                struct xt_text *out)
{
    switch (node->kind) {
    case QUERY_ALL:
        xt_text_add_char(out, '*');
        break;
    case QUERY_NONE:
        break;
    case QUERY_AND:
    case QUERY_OR:
        if (node->written.n > 0) { /* it stands for what was written */
            say_leaf(env, node, lang, out);
            break;
        }
        if (inner)
            xt_text_add_char(out, '(');
        for (const struct query_node *child = node->first; child; child = child->next) {
            if (child != node->first)
                xt_text_add_z(out, node->kind == QUERY_AND ? " AND " : " OR ");
            say(env, child, lang, true, out);
        }
        if (inner)
            xt_text_add_char(out, ')');
        break;
    case QUERY_NOT:
        xt_text_add_z(out, "NOT ");
        say(env, node->first, lang, true, out);
        break;
    case QUERY_TEXT:
    case QUERY_FACET:
    case QUERY_RANGE:
        say_leaf(env, node, lang, out);
        break;
    }
}

const char *query_understood(const struct query_env *env, const struct query *query, enum xt_lang lang,
                             struct xt_arena *arena)
{
    struct xt_text out;

    xt_text_init(&out, 16 * QUERY_BYTES_MAX);
    if (query->root->kind != QUERY_ALL)
        say(env, query->root, lang, false, &out);
    const char *said = xt_arena_strndup(arena, out.s, out.n);
    xt_text_done(&out);
    return said;
}

const char *query_without(const struct query_env *env, const struct query *query, int part, enum xt_lang lang,
                          struct xt_arena *arena, struct xt_str *out_part)
{
    const struct query_node *root = query->root;
    const struct query_node *child = root->kind == QUERY_AND ? root->first : root;
    bool found = false;
    struct xt_text out;

    xt_text_init(&out, 16 * QUERY_BYTES_MAX);
    for (int i = 0; child; child = root->kind == QUERY_AND ? child->next : NULL, i++) {
        if (i == part) {
            struct xt_text written;

            xt_text_init(&written, QUERY_BYTES_MAX);
            say(env, child, lang, false, &written);
            *out_part = (struct xt_str){xt_arena_strndup(arena, written.s, written.n), written.n};
            xt_text_done(&written);
            found = true;
            continue;
        }
        if (out.n > 0)
            xt_text_add_char(&out, ' ');
        say(env, child, lang, true, &out);
    }
    const char *said = found && out.n > 0 ? xt_arena_strndup(arena, out.s, out.n) : NULL;
    xt_text_done(&out);
    return said;
}

static unsigned pieces_of(const struct query_node *node)
{
    unsigned n = 0;

    if (node->kind == QUERY_TEXT)
        return node->quoted ? 0 : (unsigned)node->token_count;
    for (const struct query_node *child = node->kind == QUERY_NOT ? NULL : node->first; child; child = child->next)
        n += pieces_of(child);
    return n;
}

bool query_has_pieces(const struct query *query)
{
    return pieces_of(query->root) > 1;
}
