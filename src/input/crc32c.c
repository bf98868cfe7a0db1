/* crc32c -- why two ways: every byte of every log goes through here, and a state of 10 MB. The
 * instruction of SSE4.2 and of ARMv8 takes eight bytes at once, but its answer comes three cycles
 * later: long blocks go in three lanes side by side, which are put together at their end. The
 * choice is made at run time, because distributions build for the oldest x86-64.
 *
 * The portable way takes four bytes at a time over eight tables of 16 words: half a kilobyte, small
 * enough to be read and to stay in the first cache.
 *
 * A checksum is a polynomial over GF(2), reflected: the highest bit is the coefficient of x^0. To
 * append n bytes of zeros is to multiply it by x^(8n), which squaring does in log n steps.
 *
 * It does not defend against a person who edits the file; it sees torn and rotten ones. */
#include "config.h"

#include "input/crc32c.h"

#include <string.h>

#if defined(__aarch64__)
#include <sys/auxv.h>
enum { HAS_CRC32 = 1 << 7 }; /* HWCAP_CRC32 */
#endif

#define POLYNOMIAL 0x82f63b78U
enum { LANE = 8192, HALF_BYTES = 8 };

/* Remainders of the sixteen half bytes with 0 to 7 half bytes of zeros behind them. */
static const uint32_t tables[HALF_BYTES][16] = {
    {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
     0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a,
     0xf36e6f75},
    {0x00000000, 0xf26b8303, 0xe13b70f7, 0x1350f3f4, 0xc79a971f, 0x35f1141c, 0x26a1e7e8, 0xd4ca64eb,
     0x8ad958cf, 0x78b2dbcc, 0x6be22838, 0x9989ab3b, 0x4d43cfd0, 0xbf284cd3, 0xac78bf27,
     0x5e133c24},
    {0x00000000, 0x3fc5f181, 0x7f8be302, 0x404e1283, 0xff17c604, 0xc0d23785, 0x809c2506, 0xbf59d487,
     0xfbc3faf9, 0xc4060b78, 0x844819fb, 0xbb8de87a, 0x04d43cfd, 0x3b11cd7c, 0x7b5fdfff,
     0x449a2e7e},
    {0x00000000, 0x13a29877, 0x274530ee, 0x34e7a899, 0x4e8a61dc, 0x5d28f9ab, 0x69cf5132, 0x7a6dc945,
     0x9d14c3b8, 0x8eb65bcf, 0xba51f356, 0xa9f36b21, 0xd39ea264, 0xc03c3a13, 0xf4db928a,
     0xe7790afd},
    {0x00000000, 0x70a27d8a, 0xe144fb14, 0x91e6869e, 0xc76580d9, 0xb7c7fd53, 0x26217bcd, 0x56830647,
     0x8b277743, 0xfb850ac9, 0x6a638c57, 0x1ac1f1dd, 0x4c42f79a, 0x3ce08a10, 0xad060c8e,
     0xdda47104},
    {0x00000000, 0xa541927e, 0x4f6f520d, 0xea2ec073, 0x9edea41a, 0x3b9f3664, 0xd1b1f617, 0x74f06469,
     0x38513ec5, 0x9d10acbb, 0x773e6cc8, 0xd27ffeb6, 0xa68f9adf, 0x03ce08a1, 0xe9e0c8d2,
     0x4ca15aac},
    {0x00000000, 0xe964b13d, 0xd725148b, 0x3e41a5b6, 0xaba65fe7, 0x42c2eeda, 0x7c834b6c, 0x95e7fa51,
     0x52a0c93f, 0xbbc47802, 0x8585ddb4, 0x6ce16c89, 0xf90696d8, 0x106227e5, 0x2e238253,
     0xc747336e},
    {0x00000000, 0xdd45aab8, 0xbf672381, 0x62228939, 0x7b2231f3, 0xa6679b4b, 0xc4451272, 0x1900b8ca,
     0xf64463e6, 0x2b01c95e, 0x49234067, 0x9466eadf, 0x8d665215, 0x5023f8ad, 0x32017194,
     0xef44db2c},
};

/* x to the power of 2^i. The next one would be the first again. */
static const uint32_t powers[31] = {
    0x40000000, 0x20000000, 0x08000000, 0x00800000, 0x00008000, 0x82f63b78, 0x6ea2d55c, 0x18b8ea18,
    0x510ac59a, 0xb82be955, 0xb8fdb1e7, 0x88e56f72, 0x74c360a4, 0xe4172b16, 0x0d65762a, 0x35d73a62,
    0x28461564, 0xbf455269, 0xe2ea32dc, 0xfe7740e6, 0xf946610b, 0x3c204f8f, 0x538586e3, 0x59726915,
    0x734d5309, 0xbc1ac763, 0x7d0722cc, 0xd289cabe, 0xe94ca9bc, 0x05b74f3f, 0xa51e1f42,
};
#define LANE_SHIFT (powers[16]) /* x^(8 * LANE) */

static uint32_t times(uint32_t a, uint32_t b)
{
    uint32_t product = 0;

    for (uint32_t bit = 1U << 31; bit; bit >>= 1) {
        product ^= a & bit ? b : 0;
        b = b >> 1 ^ (b & 1 ? POLYNOMIAL : 0);
    }
    return product;
}

uint32_t crc32c_zeros(uint32_t crc, uint64_t n)
{
    crc = ~crc;
    for (unsigned i = 3; n > 0; n >>= 1, i++)
        if (n & 1)
            crc = times(powers[i % 31], crc);
    return ~crc;
}

static uint32_t take_byte(uint32_t crc, unsigned char byte)
{
    crc ^= byte;
    return crc >> 8 ^ tables[1][crc & 15] ^ tables[0][crc >> 4 & 15];
}

uint32_t crc32c_portable(uint32_t crc, const void *p, size_t n)
{
    const unsigned char *at = p;

    crc = ~crc;
    for (; n >= 4; n -= 4, at += 4) {
        uint32_t word =
            crc ^ (at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);

        crc = 0;
        for (int i = 0; i < HALF_BYTES; i++)
            crc ^= tables[HALF_BYTES - 1 - i][word >> 4 * i & 15];
    }
    for (; n > 0; n--)
        crc = take_byte(crc, *at++);
    return ~crc;
}

#if defined(__x86_64__) || (defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define HAVE_INSTRUCTION 1

#if defined(__x86_64__)
#define TARGET __attribute__((target("sse4.2")))

static bool has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2");
}

TARGET static inline uint64_t take_word(uint64_t crc, const unsigned char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return __builtin_ia32_crc32di(crc, word);
}

TARGET static inline uint64_t take_one(uint64_t crc, unsigned char byte)
{
    return __builtin_ia32_crc32qi((uint32_t)crc, byte);
}
#else
#define TARGET

static bool has_instruction(void)
{
    return (getauxval(AT_HWCAP) & HAS_CRC32) != 0;
}

/* In assembler, as compilers know the builtin by different names. */
static inline uint64_t take_word(uint64_t crc, const unsigned char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    __asm__(".arch_extension crc\n\tcrc32cx %w0, %w0, %x1" : "+r"(crc) : "r"(word));
    return crc;
}

static inline uint64_t take_one(uint64_t crc, unsigned char byte)
{
    __asm__(".arch_extension crc\n\tcrc32cb %w0, %w0, %w1" : "+r"(crc) : "r"((uint32_t)byte));
    return crc;
}
#endif

/* Three lanes, one after the other in memory. */
TARGET static uint32_t take_lanes(uint32_t crc, const unsigned char *p)
{
    uint64_t first = crc, second = 0, third = 0;

    for (const unsigned char *end = p + LANE; p < end; p += 8) {
        first = take_word(first, p);
        second = take_word(second, p + LANE);
        third = take_word(third, p + 2 * (size_t)LANE);
    }
    return times(LANE_SHIFT, times(LANE_SHIFT, (uint32_t)first) ^ (uint32_t)second) ^
           (uint32_t)third;
}

TARGET static uint32_t by_instruction(uint32_t crc, const void *p, size_t n)
{
    const unsigned char *at = p;
    uint64_t wide;

    crc = ~crc;
    for (; n >= 3 * (size_t)LANE; n -= 3 * (size_t)LANE, at += 3 * (size_t)LANE)
        crc = take_lanes(crc, at);
    wide = crc;
    for (; n >= 32; n -= 32, at += 32)
        wide = take_word(take_word(take_word(take_word(wide, at), at + 8), at + 16), at + 24);
    for (; n >= 8; n -= 8, at += 8)
        wide = take_word(wide, at);
    for (; n > 0; n--)
        wide = take_one(wide, *at++);
    return ~(uint32_t)wide;
}
#endif

uint32_t crc32c(uint32_t crc, const void *p, size_t n)
{
#ifdef HAVE_INSTRUCTION
    if (has_instruction())
        return by_instruction(crc, p, n);
#endif
    return crc32c_portable(crc, p, n);
}
