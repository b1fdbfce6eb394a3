/* draft_match.c - columns against fields: how well each would feed each, which type is fed best, who gets what. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "exchange/draft_priv.h"
#include "exchange/mapping_priv.h"

#define SCORE_LEAST     38 /* below it a column is left out */
#define SCORE_OTHER     55 /* of a column that fills gaps of another */
#define FIELDS_MAX      120
#define TERMS_MAX       48
#define CODES_MAX       128 /* code lists of a region that are held against columns */
#define SCHEMES_MAX     64
#define VETO            (-1000)

#define pick(d, zh, en) ((d)->options->lang == XT_ZH ? zh : en)

/* Shares of the columns in lists and schemes, found once: many types have fields of the same list. */
struct match {
    struct draft *d;
    struct draft_codes_share *codes; /* columns x lists */
    float *schemes;                  /* columns x schemes */
};

static struct draft_codes_share share_in_codes(struct match *m, size_t column, const struct xt_codes *codes)
{
    size_t list = (size_t)(codes - m->d->region->codes);
    struct draft_codes_share *share;

    if (list >= CODES_MAX)
        return draft_in_codes(&m->d->sample.columns[column], codes);
    share = &m->codes[column * CODES_MAX + list];
    if (share->share < 0)
        *share = draft_in_codes(&m->d->sample.columns[column], codes);
    return *share;
}

static double share_in_scheme(struct match *m, size_t column, const struct xt_scheme *scheme)
{
    size_t number = (size_t)(scheme - m->d->region->schemes);
    float own = -1, *share = number < SCHEMES_MAX ? &m->schemes[column * SCHEMES_MAX + number] : &own;

    if (*share < 0)
        *share = (float)draft_in_scheme(&m->d->sample.columns[column], scheme);
    return (double)*share;
}

/* ---- heads ---- */

/* What a field may be called, in the shape of heads. */
struct term {
    const char *folded, *written;
    int full; /* of an equal head */
    bool label;
};
struct terms {
    struct term list[TERMS_MAX];
    size_t count;
};
struct head_match {
    int score;
    const struct term *term;
};

static void add_term(const struct match *m, struct terms *terms, struct xt_str written, int full, bool label)
{
    if (terms->count == TERMS_MAX)
        return;
    terms->list[terms->count++] = (struct term){draft_head(written, m->d->arena, NULL),
                                                xt_arena_strndup(m->d->arena, written.s, written.n), full, label};
}

static void add_synonyms(const struct match *m, struct terms *terms, const char *key, int full)
{
    const json_t *list = json_object_get(json_object_get(m->d->words.tree, "heads"), key), *item;
    size_t i;

    json_array_foreach (list, i, item)
        add_term(m, terms, xt_json_view(item), full, false);
}

static void terms_of(const struct match *m, const struct xt_type *type, const struct xt_field *field, struct terms *out)
{
    char key[160];

    out->count = 0;
    add_term(m, out, xt_str(field->labels[XT_ZH]), 100, true);
    add_term(m, out, xt_str(field->labels[XT_EN]), 98, true);
    add_term(m, out, xt_str(field->name), 98, true);
    (void)snprintf(key, sizeof key, "%s.%s", type->name, field->name);
    add_synonyms(m, out, key, 97);
    add_synonyms(m, out, field->name, 92);
}

static struct head_match match_head(const struct draft_column *column, const struct terms *terms)
{
    struct head_match best = {0, NULL};
    size_t i;

    for (i = 0; i < terms->count; i++) {
        const struct term *term = &terms->list[i];
        int score = draft_alike(column->head, term->folded) * term->full / 100;
        int other = column->alias ? draft_alike(column->alias, term->folded) * term->full / 100 - 5 : 0;

        if (other > score)
            score = other;
        if (score > best.score)
            best = (struct head_match){score, term};
    }
    return best;
}

/* ---- values ---- */

/* What the values say for and against a field: VETO to +50, and the word about it. */
static int by_share(double share, int good, int fair, int bad)
{
    return share >= 0.8 ? good : share >= 0.4 ? fair : bad;
}

static int value_of_code(struct match *m, size_t at, const struct xt_field *field, int head, struct xt_text *why)
{
    const struct draft_column *column = &m->d->sample.columns[at];
    struct draft_codes_share in = share_in_codes(m, at, field->codes);
    /* Short codes that only look like some of an open list, or few that happen to be in a list, prove little. */
    bool weak = !in.by_label && in.listed < 0.5f && field->codes->open && head < 50;

    weak = weak || (head == 0 && (in.different < 5 || column->looks.chars < 2));
    if (in.share >= 0.3f)
        xt_text_addf(why,
                     pick(m->d, "，%d%% 的值是代码表“%s”中的%s", ", %d%% of the values are in the list \"%s\" by %s"),
                     (int)(in.share * 100), field->codes->labels[m->d->options->lang],
                     in.by_label ? pick(m->d, "名称", "label") : pick(m->d, "代码", "code"));
    if (in.share >= 0.9f)
        return weak ? 25 : 45;
    if (in.share >= 0.5f)
        return weak ? 5 : 25;
    return in.share >= 0.2f ? 0 : -35;
}

static int value_of_identifier(struct match *m, size_t at, const struct xt_field *field, int head, struct xt_text *why)
{
    const struct draft_column *column = &m->d->sample.columns[at];
    const struct xt_codes *list = draft_list_of_scheme(m->d->region, field->scheme);
    double share;

    if (draft_scheme_proves(field->scheme)) {
        share = share_in_scheme(m, at, field->scheme);
        if (share < 0.3)
            return VETO;
        xt_text_addf(why, pick(m->d, "，%d%% 的值通过“%s”的校验", ", %d%% of the values pass the check of %s"),
                     (int)(share * 100), field->scheme->labels[m->d->options->lang]);
        if (field->identity && (column->several * 20 > column->filled || column->repeated > 0.5))
            return head >= 60 ? 5 : VETO; /* that of something the record names */
        return share >= 0.8 ? 45 : 15;
    }
    if (strcmp(field->scheme->rule, "none") != 0 && head < 90)
        return VETO; /* names that stand for identifiers: people decide that */
    if (list) {
        struct draft_codes_share in = share_in_codes(m, at, list);

        if (in.share < 0.3f && !draft_begins_codes(column, list))
            return -40;
        if (in.share >= 0.5f && !in.by_label && column->repeated < 0.1) {
            xt_text_addf(why, pick(m->d, "，%d%% 的值是“%s”中的代码", ", %d%% of the values are codes of \"%s\""),
                         (int)(in.share * 100), list->labels[m->d->options->lang]);
            return 35;
        }
    }
    if (column->looks.chars_most > 80 || column->looks.digits < 0.3 || (head < 60 && column->looks.chars < 4))
        return -40;
    if (column->repeated < 0.1)
        xt_text_add_z(why, pick(m->d, "，值几乎不重复", ", values hardly repeat"));
    return column->repeated < 0.1 ? 22 : column->repeated < 0.5 ? 8 : -10;
}

static bool links_to(const struct xt_field *field, const char *type)
{
    size_t i;

    for (i = 0; field->to && field->to[i]; i++) {
        if (strcmp(field->to[i], type) == 0)
            return true;
    }
    return false;
}

const char *draft_scheme_of_target(const struct draft *d, const struct draft_column *column,
                                   const struct xt_field *field)
{
    const struct xt_type *target;
    size_t i;

    if (!field->to[0] || field->to[1])
        return NULL;
    target = xt_region_type(d->region, xt_str(field->to[0]));
    for (i = 0; target && i < target->field_count; i++) {
        const struct xt_scheme *scheme = target->fields[i].scheme;
        const struct xt_codes *codes;
        struct draft_codes_share in;

        if (!scheme || (!target->fields[i].identity && !target->fields[i].required))
            continue;
        if (draft_scheme_proves(scheme)) {
            if (draft_in_scheme(column, scheme) > 0.8)
                return scheme->name;
            continue;
        }
        codes = draft_list_of_scheme(d->region, scheme);
        if (!codes)
            continue;
        in = draft_in_codes(column, codes);
        if (in.share > 0.5f && !in.by_label)
            return scheme->name;
    }
    return NULL;
}

static int value_of_link(struct match *m, size_t at, const struct xt_field *field, int head, struct xt_text *why)
{
    const struct draft_looks *looks = &m->d->sample.columns[at].looks;
    double organisations = links_to(field, "organisation") ? looks->organisations : -1;
    double persons = links_to(field, "person") ? looks->persons : -1;

    if (organisations >= 0.3 && organisations >= persons)
        xt_text_addf(why, pick(m->d, "，%d%% 的值像单位名称", ", %d%% of the values look like names of organisations"),
                     (int)(organisations * 100));
    else if (persons >= 0.3)
        xt_text_addf(why, pick(m->d, "，%d%% 的值像人名", ", %d%% of the values look like names of people"),
                     (int)(persons * 100));
    if (head >= 50 && draft_scheme_of_target(m->d, &m->d->sample.columns[at], field)) {
        xt_text_add_z(why, pick(m->d, "，值是对方的标识", ", values identify the target"));
        return 40;
    }
    if (looks->numbers > 0.5 || looks->dates > 0.5)
        return VETO;
    if (organisations >= 0 || persons >= 0)
        return by_share(fmax(organisations, persons), 40, 15, -30);
    return looks->urls > 0.5 ? -40 : -5; /* links to what has no look of its own need a good head */
}

static int value_of_text(const struct match *m, size_t at, const struct xt_type *type, const struct xt_field *field,
                         int head)
{
    const struct draft_column *column = &m->d->sample.columns[at];
    const struct draft_looks *looks = &column->looks;
    bool title = field == type->title;
    size_t n = strlen(field->name);
    int score = 12;

    if (n > 3 && strcmp(field->name + n - 3, "_en") == 0 && looks->latin < 0.6)
        return VETO;
    if (field->kind == XT_KIND_TEXT)
        score = looks->chars >= 40 ? 30 : looks->chars >= 12 ? 10 : -15;
    else if (looks->chars > 150)
        score = -15;
    if (field->kind == XT_KIND_STRING && field->max_chars > 0 && looks->chars > (double)field->max_chars)
        return VETO;
    if (head < 90 && (looks->numbers > 0.8 || looks->dates > 0.8 || looks->bools > 0.9))
        score -= 30;
    if (looks->urls > 0.5)
        score -= 40;
    if (!title)
        return score;
    if (looks->numbers > 0.5 || looks->dates > 0.5)
        return VETO;
    if (column->repeated > 0.6 && column->count < 40)
        score -= 25;
    if (looks->chars >= 4 && column->repeated < 0.2)
        score += 12;
    return score;
}

static int value_of_number(struct match *m, size_t at, const struct xt_field *field, struct xt_text *why)
{
    const struct draft_column *column = &m->d->sample.columns[at];
    const struct draft_looks *looks = &column->looks;
    double share = field->kind == XT_KIND_INTEGER ? looks->integers : looks->numbers, value;
    size_t i;

    if (share < 0.8 || column->serial)
        return VETO;
    for (i = 0; i < column->count; i++) {
        if (field->has_max && xt_double_parse(column->values[i].text, &value) && value > field->max)
            return VETO;
    }
    xt_text_add_z(why, pick(m->d, "，值是数", ", values are numbers"));
    if (field->kind == XT_KIND_MONEY && strstr(column->unit, "元")) {
        xt_text_addf(why, pick(m->d, "，单位%s", ", in %s"), column->unit);
        return 40;
    }
    return 22;
}

static int value_of_date(struct match *m, size_t at, const struct xt_field *field, struct xt_text *why)
{
    const struct draft_column *column = &m->d->sample.columns[at];
    const struct draft_looks *looks = &column->looks;
    double dates = fmax(looks->dates, fmax(looks->dates_dmy, looks->dates_mdy));

    if (column->serial)
        return VETO;
    if (field->kind == XT_KIND_YEAR && looks->years < 0.8)
        return dates >= 0.8 ? 5 : VETO;
    if (dates < 0.4)
        return VETO;
    xt_text_add_z(why, looks->years >= 0.8 ? pick(m->d, "，值是年份", ", values are years")
                                           : pick(m->d, "，值是日期", ", values are dates"));
    if (field->kind == XT_KIND_YEAR)
        return 35;
    return looks->years >= 0.8 ? 22 : dates >= 0.8 ? 35 : 15;
}

static int value_score(struct match *m, size_t at, const struct xt_type *type, const struct xt_field *field, int head,
                       struct xt_text *why)
{
    const struct draft_looks *looks = &m->d->sample.columns[at].looks;

    switch (field->kind) {
    case XT_KIND_CODE:
        return value_of_code(m, at, field, head, why);
    case XT_KIND_IDENTIFIER:
        return value_of_identifier(m, at, field, head, why);
    case XT_KIND_LINK:
        return value_of_link(m, at, field, head, why);
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
        return value_of_text(m, at, type, field, head);
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
        return value_of_number(m, at, field, why);
    case XT_KIND_DATE:
    case XT_KIND_YEAR:
        return value_of_date(m, at, field, why);
    case XT_KIND_BOOL:
        return looks->bools >= 0.9 ? 25 : VETO;
    case XT_KIND_URL:
        return looks->urls >= 0.7 ? 40 : VETO;
    case XT_KIND_EMAIL: /* personal: left out before */
    case XT_KIND_GROUP: /* one column does not make one */
    case XT_KINDS:
        break;
    }
    return VETO;
}

/* ---- one column, one field ---- */

struct pair {
    int score;
    uint16_t depth, column, field; /* depth of a path: the nearer one is meant */
    const char *why;
};

static bool is_empty(const struct draft_column *column)
{
    return column->filled == 0 || column->looks.marks > 0.99;
}

/* Heads that readers make up where there is none. */
static bool says_nothing(const struct draft_column *column)
{
    return !column->head[0] || strncmp(column->head, "column ", 7) == 0 || strncmp(column->head, "unnamed", 7) == 0;
}

static int score_pair(struct match *m, size_t at, const struct xt_type *type, const struct xt_field *field,
                      const struct terms *terms, const char **out_why)
{
    const struct draft_column *column = &m->d->sample.columns[at];
    struct head_match head;
    XT_AUTO(xt_text_done) struct xt_text why = {0};
    int value, score;

    if (field->kind == XT_KIND_GROUP || field->visibility > XT_PUBLIC)
        return 0;
    head = match_head(column, terms);
    /* Most pairs have nothing in common; those kinds whose values speak for themselves are looked at all the same, links
     * only where the head is none: names of people and bodies stand in many roles. */
    if (head.score == 0 && field->kind != XT_KIND_CODE && field->kind != XT_KIND_IDENTIFIER &&
        field->kind != XT_KIND_URL && !(field->kind == XT_KIND_LINK && says_nothing(column)))
        return 0;
    if (is_empty(column)) { /* the sample need not be all: a head that is the field's own name is enough */
        if (head.score < 90 || field->kind == XT_KIND_GROUP)
            return 0;
        *out_why = pick(m->d, "取样的行中没有内容，只凭列名", "nothing stands there in the sample; by its head alone");
        return 50;
    }
    xt_text_init(&why, 2 * XT_KIB);
    if (head.score >= 95)
        xt_text_addf(&why,
                     head.term->label ? pick(m->d, "列名即“%s”", "the head is \"%s\"")
                                      : pick(m->d, "列名是“%s”的常见说法", "the head is a usual word for \"%s\""),
                     head.term->label ? head.term->written : field->labels[m->d->options->lang]);
    else if (head.score > 0)
        xt_text_addf(&why, pick(m->d, "列名近于“%s”", "the head is near \"%s\""), head.term->written);
    else
        xt_text_add_z(&why, pick(m->d, "列名没有提示", "the head says nothing"));
    value = value_score(m, at, type, field, head.score, &why);
    if (value == VETO || (head.score == 0 && value < 40))
        return 0;
    score = head.score * 60 / 100 + value;
    if (head.score == 0) /* values alone: certain only of what has check digits */
        score = field->kind == XT_KIND_IDENTIFIER ? 70 : 45;
    *out_why = xt_arena_strdup(m->d->arena, why.s);
    score = score > 99 ? 99 : score;
    return score - (int)(10 * (1 - (double)column->filled / (double)m->d->sample.kept)); /* fuller columns first */
}

static int better_pair(const void *a, const void *b)
{
    const struct pair *l = a, *r = b;

    if (l->score != r->score)
        return l->score > r->score ? -1 : 1;
    if (l->depth != r->depth)
        return l->depth < r->depth ? -1 : 1;
    if (l->column != r->column)
        return l->column < r->column ? -1 : 1;
    return l->field < r->field ? -1 : 1;
}

/* ---- a type ---- */

struct fit {
    const struct xt_type *type;
    double score;
    struct pair *pairs; /* all that are possible, the surest first */
    size_t pair_count;
    const struct pair **taken;
    size_t count;
};

/* A field that many types have says little about the type. */
static double rarity(const struct match *m, const struct xt_field *field)
{
    size_t i, same = 0;

    for (i = 0; i < m->d->region->type_count; i++)
        same += xt_type_field(&m->d->region->types[i], xt_str(field->name)) != NULL;
    return 1.0 / (1.0 + 0.5 * log((double)(same > 0 ? same : 1)));
}

static bool says(const char *text, const char *word)
{
    return strstr(text, word) != NULL;
}

/* The file's name or a head that names the type itself. */
static double hints(struct match *m, const struct xt_type *type)
{
    const json_t *words = json_object_get(json_object_get(m->d->words.tree, "hints"), type->name), *word;
    const char *name = draft_head(xt_str(m->d->name), m->d->arena, NULL);
    double score = 0;
    size_t i, k;

    json_array_foreach (words, i, word) {
        const char *w = draft_head(xt_json_view(word), m->d->arena, NULL);

        if (!w[0])
            continue;
        score += says(name, w) ? 0.5 : 0;
        for (k = 0; k < m->d->sample.count && k < 40; k++)
            score += says(m->d->sample.columns[k].head, w) ? 0.15 : 0;
    }
    return fmin(score, 1.0);
}

/* What the values of the title are called: laboratories, towns, "一种……装置". */
static double title_share(struct match *m, const struct fit *fit)
{
    const char *form = xt_json_z(json_object_get(m->d->words.tree, "titles"), fit->type->name, NULL);
    const struct draft_column *column = NULL;
    double said = 0, all = 0;
    locale_t before;
    regex_t regex;
    size_t i;

    for (i = 0; i < fit->count; i++) {
        if (&fit->type->fields[fit->taken[i]->field] == fit->type->title)
            column = &m->d->sample.columns[fit->taken[i]->column];
    }
    if (!column)
        return 0;
    if (strcmp(fit->type->name, "person") == 0)
        return column->looks.persons;
    if (!form)
        return 0;
    before = xt_regex_locale_begin();
    if (regcomp(&regex, form, REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0) {
        for (i = 0; i < column->count; i++) {
            all += (double)column->values[i].count;
            if (regexec(&regex, column->values[i].text.s, 0, NULL, 0) == 0)
                said += (double)column->values[i].count;
        }
        regfree(&regex);
    }
    xt_regex_locale_end(before);
    return all > 0 ? said / all : 0;
}

static bool has_default(const struct match *m, const struct xt_type *type, const struct xt_field *field)
{
    char key[160];

    (void)snprintf(key, sizeof key, "%s.%s", type->name, field->name);
    return json_object_get(json_object_get(m->d->words.tree, "required"), key) != NULL;
}

static void score_fit(struct match *m, struct fit *fit)
{
    bool fed[FIELDS_MAX] = {false};
    size_t i;

    fit->score = hints(m, fit->type) + 1.2 * title_share(m, fit);
    for (i = 0; i < fit->count; i++) {
        const struct xt_field *field = &fit->type->fields[fit->taken[i]->field];
        const struct draft_column *column = &m->d->sample.columns[fit->taken[i]->column];
        double filled = (double)column->filled / (double)m->d->sample.kept;
        double weight = rarity(m, field) * (0.4 + 0.6 * filled);

        fed[fit->taken[i]->field] = true;
        fit->score += weight * (double)fit->taken[i]->score / 100.0;
    }
    for (i = 0; i < fit->type->field_count && i < FIELDS_MAX; i++) {
        const struct xt_field *field = &fit->type->fields[i];

        if (fed[i])
            continue;
        if (field == fit->type->title)
            fit->score -= 1.5;
        else if (field->required && !has_default(m, fit->type, field))
            fit->score -= 1.0;
    }
}

static uint16_t depth_of(const struct match *m, size_t at)
{
    const char *s = m->d->sample.columns[at].name;
    uint16_t depth = 0;

    for (; *s && m->d->sample.objects; s++)
        depth = (uint16_t)(depth + (*s == '.' || *s == '['));
    return depth;
}

/* The surest pair first; each column and each field once. Stable: equal scores go by the order of the columns. */
static void fit_type(struct match *m, const struct xt_type *type, const bool *left_out, struct fit *fit)
{
    size_t fields = type->field_count < FIELDS_MAX ? type->field_count : FIELDS_MAX, count = 0, i, k;
    struct terms terms;
    struct pair *all = xt_arena_alloc(m->d->arena, (m->d->sample.count * fields + 1) * sizeof *all);
    bool column_taken[XT_DRAFT_COLUMNS] = {false}, field_taken[FIELDS_MAX] = {false};

    for (k = 0; k < fields; k++) {
        terms_of(m, type, &type->fields[k], &terms);
        for (i = 0; i < m->d->sample.count; i++) {
            struct pair pair = {.depth = depth_of(m, i), .column = (uint16_t)i, .field = (uint16_t)k};

            if (!left_out[i])
                pair.score = score_pair(m, i, type, &type->fields[k], &terms, &pair.why);
            if (pair.score >= SCORE_LEAST)
                all[count++] = pair;
        }
    }
    qsort(all, count, sizeof *all, better_pair);
    *fit = (struct fit){.type = type, .pairs = all, .pair_count = count};
    fit->taken = xt_arena_alloc(m->d->arena, (fields + 1) * sizeof(const struct pair *));
    for (i = 0; i < count; i++) {
        if (column_taken[all[i].column] || field_taken[all[i].field])
            continue;
        column_taken[all[i].column] = field_taken[all[i].field] = true;
        fit->taken[fit->count++] = &all[i];
    }
    score_fit(m, fit);
}

/* ---- columns that are nobody's ---- */

static bool head_in(struct draft *d, const char *list, const struct draft_column *column)
{
    const json_t *words = json_object_get(d->words.tree, list), *word;
    size_t i;

    json_array_foreach (words, i, word) {
        if (strcmp(draft_head(xt_json_view(word), d->arena, NULL), column->head) == 0)
            return true;
    }
    return false;
}

static const char *reason_to_leave_out(struct draft *d, struct draft_column *column, bool *out_out)
{
    const struct draft_looks *looks = &column->looks;

    *out_out = true;
    column->certainty = 95;
    if (looks->emails > 0.5 || looks->phones > 0.5)
        return pick(d, "个人信息（邮箱、电话）：建议不导入", "personal data (e-mail, telephone): better left out");
    if (head_in(d, "leave_out", column))
        return pick(d, "列名指个人信息：建议不导入", "the head names personal data: better left out");
    if (column->serial || (looks->integers > 0.95 && head_in(d, "serial", column)))
        return pick(d, "是行的序号", "numbers the rows");
    *out_out = false;
    return NULL;
}

static void say_left_out(struct draft *d, struct draft_column *column)
{
    column->certainty = 50;
    if (is_empty(column)) {
        column->why = pick(d, "没有内容", "is empty");
        return;
    }
    column->why = column->count == 1 && column->filled > 1
                      ? pick(d, "所有行都是同一个值，没有相应的字段", "has one value in all rows, and no field for it")
                      : pick(d, "没有相应的字段", "there is no field for it");
}

/* ---- the contract ---- */

static int better_fit(const void *a, const void *b)
{
    const struct fit *l = a, *r = b;

    if (l->score > r->score || l->score < r->score)
        return l->score > r->score ? -1 : 1;
    return l->type->order - r->type->order;
}

/* Columns left over that fill a field where the one chosen is empty: files that mix two shapes of their rows. */
static void find_others(struct draft *d, const struct fit *fit, const struct pair *taken)
{
    struct draft_column *chosen = &d->sample.columns[taken->column];
    size_t columns[1 + DRAFT_OTHERS_MAX] = {taken->column}, i;

    for (i = 0; i < fit->pair_count && chosen->other_count < DRAFT_OTHERS_MAX; i++) {
        const struct pair *pair = &fit->pairs[i];
        struct draft_column *other = &d->sample.columns[pair->column];

        if (pair->field != taken->field || pair->score < SCORE_OTHER || other->field || other->why || is_empty(other) ||
            chosen->filled * 50 > (int64_t)d->sample.kept * 49)
            continue;
        if (draft_sample_only_in(&d->sample, pair->column, columns, 1 + chosen->other_count) * 20 <
            (int64_t)d->sample.kept)
            continue;
        columns[1 + chosen->other_count] = pair->column;
        chosen->others[chosen->other_count++] = other->name;
        other->certainty = pair->score;
        other->why = xt_arena_printf(d->arena, pick(d, "“%s”为空时用它", "used where \"%s\" is empty"), chosen->name);
    }
}

static enum xt_code choose(struct match *m, struct fit *fits, size_t count, struct xt_error *err)
{
    struct draft *d = m->d;
    size_t i;

    qsort(fits, count, sizeof *fits, better_fit);
    if (count == 0 || fits[0].count == 0 || (fits[0].score <= 0 && !d->options->type))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_DRAFT_NO_TYPE, XT_TEXT(d->name));
    d->out->type = fits[0].type;
    d->out->type_certainty = 99;
    if (count > 1 && fits[1].score > 0) {
        double margin = (fits[0].score - fits[1].score) / fits[0].score;

        d->out->second_type = fits[1].type;
        d->out->type_certainty = (int)fmin(99, 50 + 150 * margin);
    }
    for (i = 0; i < fits[0].count; i++) {
        struct draft_column *column = &d->sample.columns[fits[0].taken[i]->column];

        column->field = &fits[0].type->fields[fits[0].taken[i]->field];
        column->certainty = fits[0].taken[i]->score;
        column->why = fits[0].taken[i]->why;
    }
    for (i = 0; i < fits[0].count; i++)
        find_others(d, &fits[0], fits[0].taken[i]);
    return XT_OK;
}

enum xt_code draft_match(struct draft *d, struct xt_error *err)
{
    struct match m = {.d = d};
    const struct xt_region *region = d->region;
    bool left_out[XT_DRAFT_COLUMNS] = {false};
    struct fit *fits = xt_arena_alloc(d->arena, region->type_count * sizeof *fits);
    size_t count = 0, i;
    enum xt_code rc;

    m.codes = xt_arena_alloc(d->arena, XT_DRAFT_COLUMNS * CODES_MAX * sizeof *m.codes);
    m.schemes = xt_arena_alloc(d->arena, XT_DRAFT_COLUMNS * SCHEMES_MAX * sizeof *m.schemes);
    for (i = 0; i < XT_DRAFT_COLUMNS * CODES_MAX; i++)
        m.codes[i].share = -1;
    for (i = 0; i < XT_DRAFT_COLUMNS * SCHEMES_MAX; i++)
        m.schemes[i] = -1;
    for (i = 0; i < d->sample.count; i++) {
        draft_look(d, &d->sample.columns[i]);
        d->sample.columns[i].why = reason_to_leave_out(d, &d->sample.columns[i], &left_out[i]);
    }
    for (i = 0; i < region->type_count; i++) {
        if (!d->options->type || d->options->type == &region->types[i])
            fit_type(&m, &region->types[i], left_out, &fits[count++]);
    }
    rc = choose(&m, fits, count, err);
    for (i = 0; i < d->sample.count; i++) {
        if (!d->sample.columns[i].field && !d->sample.columns[i].why)
            say_left_out(d, &d->sample.columns[i]);
    }
    return rc;
}
