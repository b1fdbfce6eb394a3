/* fetch_address.c - which addresses a harvester may connect to. The networks are rows; RFC 6890 and its registries. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/number.h"
#include "harvest/fetch.h"

struct network {
    unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;
};

struct row {
    const char *network;
    const char *word; /* the word of a list that lets it in, NULL = only the network itself does */
};

/* Special-purpose networks of IPv4: none of them is the public internet. */
static const struct row SPECIAL4[] = {
    {"0.0.0.0/8", NULL},      {"10.0.0.0/8", "private"},     {"100.64.0.0/10", "private"}, {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", NULL}, {"172.16.0.0/12", "private"},  {"192.0.0.0/24", NULL},       {"192.0.2.0/24", NULL},
    {"192.88.99.0/24", NULL}, {"192.168.0.0/16", "private"}, {"198.18.0.0/15", NULL},      {"198.51.100.0/24", NULL},
    {"203.0.113.0/24", NULL}, {"224.0.0.0/4", NULL},         {"240.0.0.0/4", NULL},
};

/* Of IPv6 only 2000::/3 is public, and in it these are not. */
static const struct row SPECIAL6[] = {
    {"::1/128", "loopback"}, {"fc00::/7", "private"}, {"2001::/23", NULL}, {"2001:db8::/32", NULL}, {"3fff::/20", NULL},
};

static bool parse_network(struct xt_str text, struct network *out)
{
    const char *slash = memchr(text.s, '/', text.n);
    struct xt_str host = {text.s, slash ? (size_t)(slash - text.s) : text.n};
    char name[64];
    struct in_addr four;
    int64_t bits = -1;

    if (host.n == 0 || host.n >= sizeof name)
        return false;
    memcpy(name, host.s, host.n);
    name[host.n] = '\0';
    if (slash && (!xt_int_parse((struct xt_str){slash + 1, text.n - host.n - 1}, &bits) || bits < 0))
        return false;
    if (inet_pton(AF_INET, name, &four) == 1) {
        memset(out->bytes, 0, 10);
        out->bytes[10] = out->bytes[11] = 0xFF;
        memcpy(out->bytes + 12, &four, 4);
        if (bits > 32)
            return false;
        out->bits = bits < 0 ? 128 : (unsigned)bits + 96;
        return true;
    }
    if (inet_pton(AF_INET6, name, out->bytes) != 1 || bits > 128)
        return false;
    out->bits = bits < 0 ? 128 : (unsigned)bits;
    return true;
}

static bool holds(const struct network *network, const unsigned char address[16])
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    return memcmp(network->bytes, address, whole) == 0 &&
           (rest == 0 || ((network->bytes[whole] ^ address[whole]) >> (8 - rest)) == 0);
}

static bool in_row(const struct row *row, const unsigned char address[16])
{
    struct network network;

    return parse_network(xt_str(row->network), &network) && holds(&network, address);
}

/* The next word of a list, or empty at its end. */
static struct xt_str next_word(struct xt_str *list)
{
    struct xt_str word;

    while (list->n > 0 && strchr(" ,\t\n", *list->s)) {
        list->s++;
        list->n--;
    }
    word = (struct xt_str){list->s, 0};
    while (word.n < list->n && !strchr(" ,\t\n", list->s[word.n]))
        word.n++;
    list->s += word.n;
    list->n -= word.n;
    return word;
}

bool xt_fetch_allow_valid(struct xt_str list, struct xt_str *out_bad)
{
    struct network network;
    struct xt_str word;

    while ((word = next_word(&list)).n > 0) {
        if (!xt_str_is(word, "loopback") && !xt_str_is(word, "private") && !parse_network(word, &network)) {
            *out_bad = word;
            return false;
        }
    }
    return true;
}

static bool listed(const unsigned char address[16], const char *as, struct xt_str list)
{
    struct network network;
    struct xt_str word;

    while ((word = next_word(&list)).n > 0) {
        if (as && xt_str_is(word, as))
            return true;
        if (parse_network(word, &network) && holds(&network, address))
            return true;
    }
    return false;
}

/* An IPv4 address that an IPv6 one stands for: translated (64:ff9b::/96) or tunnelled (2002::/16). */
static bool embedded(const unsigned char address[16], unsigned char out[16])
{
    static const unsigned char nat64[12] = {0, 0x64, 0xFF, 0x9B};
    const unsigned char *four = NULL;

    if (memcmp(address, nat64, sizeof nat64) == 0)
        four = address + 12;
    else if (address[0] == 0x20 && address[1] == 0x02)
        four = address + 2;
    if (!four)
        return false;
    memset(out, 0, 10);
    out[10] = out[11] = 0xFF;
    memcpy(out + 12, four, 4);
    return true;
}

static bool allowed(const unsigned char address[16], struct xt_str list)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    unsigned char inner[16];
    size_t i;

    if (embedded(address, inner) && !allowed(inner, list))
        return listed(address, NULL, list);
    if (memcmp(address, mapped, sizeof mapped) == 0) {
        for (i = 0; i < XT_COUNT(SPECIAL4); i++)
            if (in_row(&SPECIAL4[i], address))
                return listed(address, SPECIAL4[i].word, list);
        return true;
    }
    for (i = 0; i < XT_COUNT(SPECIAL6); i++)
        if (in_row(&SPECIAL6[i], address))
            return listed(address, SPECIAL6[i].word, list);
    return (address[0] & 0xE0) == 0x20 || listed(address, NULL, list);
}

bool xt_fetch_allowed(const struct sockaddr *address, struct xt_str list)
{
    unsigned char bytes[16] = {0};

    if (address->sa_family == AF_INET) {
        bytes[10] = bytes[11] = 0xFF;
        memcpy(bytes + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    } else {
        return false;
    }
    return allowed(bytes, list);
}
