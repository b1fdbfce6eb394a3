/* test_fetch.c - which addresses may be connected to. (Answers are tested by test/program/harvest-faults.test.mjs.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "harvest/fetch.h"

static const struct {
    const char *address, *allow;
    bool allowed;
} ADDRESSES[] = {
    {"8.8.8.8", "", true},
    {"127.0.0.1", "", false},
    {"127.0.0.1", "loopback", true},
    {"127.8.8.8", "private, loopback", true},
    {"127.0.0.1", "private", false},
    {"127.0.0.1", "127.0.0.2", false},
    {"127.0.0.1", "127.0.0.1", true},
    {"10.2.3.4", "", false},
    {"10.2.3.4", "private", true},
    {"10.2.3.4", "10.2.0.0/16", true},
    {"10.3.3.4", "10.2.0.0/16", false},
    {"172.16.0.1", "", false},
    {"172.32.0.1", "", true},
    {"192.168.1.1", "", false},
    {"100.64.0.1", "", false},
    {"100.128.0.1", "", true},
    {"169.254.169.254", "private loopback", false}, /* where clouds keep their secrets */
    {"169.254.169.254", "169.254.0.0/16", true},
    {"0.0.0.0", "loopback", false},
    {"224.0.0.1", "private", false},
    {"255.255.255.255", "private", false},
    {"192.0.2.1", "", false},
    {"198.18.0.1", "", false},
    {"2606:4700::1111", "", true},
    {"::1", "", false},
    {"::1", "loopback", true},
    {"::", "loopback private", false},
    {"fd00::1", "", false},
    {"fd00::1", "private", true},
    {"fe80::1", "private", false},
    {"ff02::1", "private", false},
    {"2001:db8::1", "", false},
    {"::ffff:127.0.0.1", "", false},
    {"::ffff:8.8.8.8", "", true},
    {"64:ff9b::7f00:1", "", false}, /* 127.0.0.1 translated */
    {"2002:7f00:1::", "", false},   /* and tunnelled */
    {"2002:a00:1::", "", false},
};

static void knows_networks(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(ADDRESSES); i++) {
        struct sockaddr_in four = {.sin_family = AF_INET};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6};
        const struct sockaddr *address = (const struct sockaddr *)(const void *)&four;

        if (inet_pton(AF_INET, ADDRESSES[i].address, &four.sin_addr) != 1) {
            assert_int_equal(inet_pton(AF_INET6, ADDRESSES[i].address, &six.sin6_addr), 1);
            address = (const struct sockaddr *)(const void *)&six;
        }
        if (xt_fetch_allowed(address, xt_str(ADDRESSES[i].allow)) != ADDRESSES[i].allowed)
            fail_msg("%s with \"%s\"", ADDRESSES[i].address, ADDRESSES[i].allow);
    }
}

static void checks_lists(void **state)
{
    static const struct {
        const char *list, *bad; /* NULL: it is one */
    } lists[] = {
        {"", NULL},
        {"loopback", NULL},
        {"loopback, 10.0.0.0/8 fd00::/8", NULL},
        {"lan", "lan"},
        {"10.0.0.0/33", "10.0.0.0/33"},
        {"loopback 10.0.0", "10.0.0"},
        {"1.2.3.4/", "1.2.3.4/"},
        {"fd00::/129", "fd00::/129"},
        {"1.2.3.4/-1", "1.2.3.4/-1"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(lists); i++) {
        struct xt_str bad = {"", 0};

        assert_int_equal(xt_fetch_allow_valid(xt_str(lists[i].list), &bad), lists[i].bad == NULL);
        if (lists[i].bad)
            assert_true(xt_str_is(bad, lists[i].bad));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_networks),
        cmocka_unit_test(checks_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
