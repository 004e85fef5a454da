/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Greedy matching by one hash table, then one block with Huffman codes of its own. The numbers of sections
 * are those of RFC 1951.
 */
#include "datasets/deflate.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

enum {
    HASH_BITS = 14,
    SHORTEST = 4, /* match that is looked for; the format has matches of 3 as well */
    LONGEST = 258,
    REMEMBERED = 3, /* last places of a match that later ones may begin at */
    FARTHEST = 32768,
    END = 256, /* of a block */
    FIRST_LENGTH = 257,
    LITERALS = 286, /* literals, end and lengths */
    DISTANCES = 30,
    LENGTH_CODES = 19, /* of the alphabet in which code lengths are sent, section 3.2.7 */
    MOST_BITS = 15,
    MOST_LENGTH_BITS = 7,
    STORED = 65535, /* bytes of a block that is not compressed */
};

/* Section 3.2.5. */
static const uint16_t LENGTH_BASE[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                         31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t LENGTH_EXTRA[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                         2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t DISTANCE_BASE[DISTANCES] = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

/* A Huffman code: each symbol's bits, to be sent from the lowest on. */
struct code {
    uint32_t count[LITERALS];
    uint16_t bits[LITERALS];
    uint8_t length[LITERALS]; /* 0 for symbols that do not occur */
};

struct deflate {
    uint32_t head[1 << HASH_BITS]; /* 1 + the last place of a hash, 0 for none */
    uint32_t *symbols;             /* a literal, or length << 16 | distance */
    size_t symbol_count;
    uint8_t length_symbol[LONGEST + 1]; /* index in LENGTH_BASE */
    struct code literals, distances, lengths;
};

void deflate_create(struct deflate **out, size_t largest) {
    struct deflate *deflate = memory_alloc(1, sizeof *deflate);
    deflate->symbols = memory_alloc(largest + 1, sizeof *deflate->symbols);
    for (int i = 0; i < 29; i++) {
        for (int length = LENGTH_BASE[i]; length <= LONGEST; length++) {
            deflate->length_symbol[length] = (uint8_t)i;
        }
    }
    *out = deflate;
}

void deflate_free(struct deflate *deflate) {
    if (deflate != NULL) {
        free(deflate->symbols);
        free(deflate);
    }
}

/* A literal has at most 9 bits on the average: a code with 9 bits for all would do. */
size_t deflate_bound(size_t bytes) {
    return bytes + bytes / 8 + 1024;
}

/* --- matching ------------------------------------------------------------------------------------------- */

/* Little-endian on every machine; where that is the machine's own order, a single load or store. */
static uint32_t load(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint64_t load_long(const uint8_t *bytes) {
    return load(bytes) | (uint64_t)load(&bytes[4]) << 32;
}

static void store_long(uint8_t *out, uint64_t value) {
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t hash(uint32_t four_bytes) {
    return four_bytes * UINT32_C(2654435761) >> (32 - HASH_BITS);
}

/* How many bytes are equal, given that the first SHORTEST are. */
static size_t match_length(const uint8_t *a, const uint8_t *b, size_t most) {
    size_t length = SHORTEST;
    most = most < LONGEST ? most : LONGEST;
    for (; length + 8 <= most; length += 8) {
        uint64_t difference = load_long(&a[length]) ^ load_long(&b[length]);
        if (difference != 0) {
            return length + (size_t)__builtin_ctzll(difference) / 8;
        }
    }
    while (length < most && a[length] == b[length]) {
        length++;
    }
    return length;
}

/* Index in DISTANCE_BASE: two codes for each power of two. */
static int distance_symbol(uint32_t distance) {
    uint32_t d = distance - 1;
    if (d < 4) {
        return (int)d;
    }
    int power = 31 - __builtin_clz(d);
    return 2 * power + (int)(d >> (power - 1) & 1);
}

static void add_literal(struct deflate *deflate, uint8_t byte) {
    deflate->symbols[deflate->symbol_count++] = byte;
    deflate->literals.count[byte]++;
}

static void add_match(struct deflate *deflate, size_t length, size_t distance) {
    deflate->symbols[deflate->symbol_count++] = (uint32_t)(length << 16 | distance);
    deflate->literals.count[FIRST_LENGTH + deflate->length_symbol[length]]++;
    deflate->distances.count[distance_symbol((uint32_t)distance)]++;
}

/* Cuts the bytes into literals and matches, and counts them. */
static void find_symbols(struct deflate *deflate, const uint8_t *bytes, size_t length) {
    memset(deflate->head, 0, sizeof deflate->head);
    memset(deflate->literals.count, 0, sizeof deflate->literals.count);
    memset(deflate->distances.count, 0, sizeof deflate->distances.count);
    deflate->symbol_count = 0;
    size_t at = 0;
    while (at + SHORTEST <= length) {
        uint32_t four = load(&bytes[at]), *head = &deflate->head[hash(four)];
        size_t before = *head;
        *head = (uint32_t)at + 1;
        if (before == 0 || at - (before - 1) > FARTHEST || load(&bytes[before - 1]) != four) {
            add_literal(deflate, bytes[at++]);
            continue;
        }
        size_t matched = match_length(&bytes[at], &bytes[before - 1], length - at);
        add_match(deflate, matched, at - (before - 1));
        at += matched;
        /* Later matches often begin where this one ends. All its places would slow down and hide better ones.
         */
        for (size_t place = at - REMEMBERED; place < at && at + SHORTEST <= length; place++) {
            deflate->head[hash(load(&bytes[place]))] = (uint32_t)place + 1;
        }
    }
    while (at < length) {
        add_literal(deflate, bytes[at++]);
    }
    deflate->literals.count[END] = 1;
}

/* --- Huffman codes -------------------------------------------------------------------------------------- */

struct leaf {
    uint32_t count;
    int symbol;
};

static int compare_leaves(const void *a, const void *b) {
    const struct leaf *x = a, *y = b;
    if (x->count != y->count) {
        return x->count < y->count ? -1 : 1;
    }
    return x->symbol - y->symbol;
}

/* The symbols that occur, rarest first. A code needs two: others are made up. */
static int collect_leaves(struct code *code, int symbols, struct leaf *out) {
    int count = 0;
    for (int i = 0; i < symbols; i++) {
        count += code->count[i] > 0;
    }
    for (int i = 0; i < symbols && count < 2; i++) {
        count += code->count[i] == 0;
        code->count[i] += code->count[i] == 0;
    }
    count = 0;
    for (int i = 0; i < symbols; i++) {
        if (code->count[i] > 0) {
            out[count++] = (struct leaf){code->count[i], i};
        }
    }
    qsort(out, (size_t)count, sizeof *out, compare_leaves);
    return count;
}

/* How many leaves of Huffman's tree have each depth. Joins the two lightest nodes until one is left; leaves
 * and joined nodes are each in the order of their weights already. */
static void count_depths(const struct leaf *leaves, int count, int depths[LITERALS]) {
    uint64_t weight[2 * LITERALS];
    int parent[2 * LITERALS] = {0}, depth[2 * LITERALS] = {0};
    int leaf = 0, joined = count, nodes = count;
    for (int i = 0; i < count; i++) {
        weight[i] = leaves[i].count;
    }
    for (; nodes < 2 * count - 1; nodes++) {
        weight[nodes] = 0;
        for (int child = 0; child < 2; child++) {
            bool take_leaf = leaf < count && (joined >= nodes || weight[leaf] <= weight[joined]);
            int lightest = take_leaf ? leaf++ : joined++;
            weight[nodes] += weight[lightest];
            parent[lightest] = nodes;
        }
    }
    memset(depths, 0, LITERALS * sizeof *depths);
    for (int i = 2 * count - 3; i >= 0; i--) {
        depth[i] = depth[parent[i]] + 1;
        depths[depth[i]] += i < count;
    }
}

/* Brings leaves that are too deep up to `most`, and others down until the code is complete again. */
static void limit_depths(int depths[LITERALS], int most) {
    uint32_t used = 0;
    for (int i = most + 1; i < LITERALS; i++) {
        depths[most] += depths[i];
        depths[i] = 0;
    }
    for (int i = 1; i <= most; i++) {
        used += (uint32_t)depths[i] << (most - i);
    }
    for (; used > UINT32_C(1) << most; used--) {
        int i = most - 1;
        while (depths[i] == 0) {
            i--;
        }
        depths[most]--;
        depths[i]--;
        depths[i + 1] += 2;
    }
}

static uint16_t reverse(uint32_t bits, int length) {
    uint32_t out = 0;
    for (int i = 0; i < length; i++) {
        out |= (bits >> i & 1) << (length - 1 - i);
    }
    return (uint16_t)out;
}

/* Section 3.2.2: codes of one length are consecutive, in the order of their symbols. */
static void assign_bits(struct code *code, int symbols, const int depths[LITERALS]) {
    uint32_t next[MOST_BITS + 1] = {0};
    for (int i = 1; i <= MOST_BITS; i++) {
        next[i] = (next[i - 1] + (i > 1 ? (uint32_t)depths[i - 1] : 0)) << 1;
    }
    for (int i = 0; i < symbols; i++) {
        if (code->length[i] > 0) {
            code->bits[i] = reverse(next[code->length[i]]++, code->length[i]);
        }
    }
}

/* The code of the counts, none of whose symbols has more than `most` bits. */
static void build_code(struct code *code, int symbols, int most) {
    struct leaf leaves[LITERALS];
    int depths[LITERALS];
    int count = collect_leaves(code, symbols, leaves), leaf = count;
    count_depths(leaves, count, depths);
    limit_depths(depths, most);
    memset(code->length, 0, sizeof code->length);
    for (int length = 1; length <= most; length++) {
        for (int i = 0; i < depths[length]; i++) {
            code->length[leaves[--leaf].symbol] = (uint8_t)length;
        }
    }
    assign_bits(code, symbols, depths);
}

/* --- output --------------------------------------------------------------------------------------------- */

struct bits {
    uint8_t *out;
    uint64_t held;
    unsigned count;
};

/* At most 48 bits between two calls of `flush`. */
static void put(struct bits *bits, uint32_t value, unsigned count) {
    bits->held |= (uint64_t)value << bits->count;
    bits->count += count;
}

/* Writes whole bytes; up to 8 bytes behind them are overwritten. */
static void flush(struct bits *bits) {
    unsigned whole = bits->count / 8;
    store_long(bits->out, bits->held);
    bits->out += whole;
    bits->held = bits->held >> (4 * whole) >> (4 * whole); /* a shift by 64 would be undefined */
    bits->count %= 8;
}

static void put_symbol(struct bits *bits, const struct code *code, int symbol) {
    put(bits, code->bits[symbol], code->length[symbol]);
}

/* Code lengths as they are sent: a length, or a repetition and its extra bits, section 3.2.7. */
struct repeat {
    int symbol;
    int extra;
};

/* Shortens the lengths of both codes, one behind the other. */
static int shorten(const uint8_t *lengths, int count, struct repeat *out) {
    int made = 0;
    for (int i = 0; i < count;) {
        int run = 1;
        while (i + run < count && lengths[i + run] == lengths[i]) {
            run++;
        }
        i += run;
        int length = lengths[i - run];
        if (length != 0) {
            out[made++] = (struct repeat){length, 0};
            run--;
        }
        while (run >= 3) {
            int most = length != 0 ? 6 : run >= 11 ? 138 : 10;
            int part = run < most ? run : most;
            int symbol = length != 0 ? 16 : most == 138 ? 18 : 17;
            out[made++] = (struct repeat){symbol, part - (symbol == 18 ? 11 : 3)};
            run -= part;
        }
        while (run-- > 0) {
            out[made++] = (struct repeat){length, 0};
        }
    }
    return made;
}

static int used_symbols(const struct code *code, int symbols, int least) {
    while (symbols > least && code->length[symbols - 1] == 0) {
        symbols--;
    }
    return symbols;
}

static void put_codes(struct bits *bits, struct deflate *deflate) {
    static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    static const unsigned repeat_bits[3] = {2, 3, 7}; /* of symbols 16, 17, 18 */
    struct repeat repeats[LITERALS + DISTANCES];
    uint8_t lengths[LITERALS + DISTANCES];
    int literals = used_symbols(&deflate->literals, LITERALS, FIRST_LENGTH);
    int distances = used_symbols(&deflate->distances, DISTANCES, 1), sent = LENGTH_CODES;
    memcpy(lengths, deflate->literals.length, (size_t)literals);
    memcpy(&lengths[literals], deflate->distances.length, (size_t)distances);
    int count = shorten(lengths, literals + distances, repeats);
    memset(deflate->lengths.count, 0, sizeof deflate->lengths.count);
    for (int i = 0; i < count; i++) {
        deflate->lengths.count[repeats[i].symbol]++;
    }
    build_code(&deflate->lengths, LENGTH_CODES, MOST_LENGTH_BITS);
    while (sent > 4 && deflate->lengths.length[order[sent - 1]] == 0) {
        sent--;
    }
    put(bits, (uint32_t)(literals - FIRST_LENGTH), 5);
    put(bits, (uint32_t)(distances - 1), 5);
    put(bits, (uint32_t)(sent - 4), 4);
    for (int i = 0; i < sent; i++) {
        put(bits, deflate->lengths.length[order[i]], 3);
        flush(bits);
    }
    for (int i = 0; i < count; i++) {
        put_symbol(bits, &deflate->lengths, repeats[i].symbol);
        if (repeats[i].symbol >= 16) {
            put(bits, (uint32_t)repeats[i].extra, repeat_bits[repeats[i].symbol - 16]);
        }
        flush(bits);
    }
}

static void put_match(struct bits *bits, const struct deflate *deflate, uint32_t length, uint32_t distance) {
    int symbol = deflate->length_symbol[length];
    put_symbol(bits, &deflate->literals, FIRST_LENGTH + symbol);
    put(bits, length - LENGTH_BASE[symbol], LENGTH_EXTRA[symbol]);
    symbol = distance_symbol(distance);
    put_symbol(bits, &deflate->distances, symbol);
    put(bits, distance - DISTANCE_BASE[symbol], symbol < 4 ? 0 : (unsigned)symbol / 2 - 1);
}

/* One block with codes of its own, section 3.2.7. */
static uint8_t *put_block(struct deflate *deflate, uint8_t *out) {
    struct bits bits = {.out = out};
    build_code(&deflate->literals, LITERALS, MOST_BITS);
    build_code(&deflate->distances, DISTANCES, MOST_BITS);
    put(&bits, 1 | 2 << 1, 3); /* the last block, dynamic codes */
    put_codes(&bits, deflate);
    for (size_t i = 0; i < deflate->symbol_count; i++) {
        uint32_t symbol = deflate->symbols[i];
        if (symbol < END) {
            put_symbol(&bits, &deflate->literals, (int)symbol);
        } else {
            put_match(&bits, deflate, symbol >> 16, symbol & 0xffff);
        }
        flush(&bits);
    }
    put_symbol(&bits, &deflate->literals, END);
    put(&bits, 0, 7); /* the rest of the last byte */
    flush(&bits);
    return bits.out;
}

/* What does not get smaller is stored as it is, section 3.2.4. */
static uint8_t *put_stored(const uint8_t *bytes, size_t length, uint8_t *out) {
    do {
        size_t part = length < STORED ? length : STORED;
        length -= part;
        *out++ = length == 0;
        *out++ = (uint8_t)part;
        *out++ = (uint8_t)(part >> 8);
        *out++ = (uint8_t)~part;
        *out++ = (uint8_t)(~part >> 8);
        memcpy(out, bytes, part);
        out += part;
        bytes += part;
    } while (length > 0);
    return out;
}

static size_t stored_size(size_t length) {
    return length + 5 * ((length + STORED - 1) / STORED);
}

/* RFC 1950, section 8.2; 32 bytes at a time: b grows by 32 a and the bytes with weights 32 to 1. The sums of
 * 5536 bytes fit into 32 bits. */
static uint32_t adler32(const uint8_t *bytes, size_t length) {
    enum { STRIDE = 32, RUN = 5536 };
    uint32_t a = 1, b = 0;
    while (length > 0) {
        size_t run = length < RUN ? length : RUN;
        length -= run;
        for (; run >= STRIDE; run -= STRIDE, bytes += STRIDE) {
            uint32_t sum = 0, weighted = 0;
            for (uint32_t i = 0; i < STRIDE; i++) {
                sum += bytes[i];
                weighted += (STRIDE - i) * bytes[i];
            }
            b += STRIDE * a + weighted;
            a += sum;
        }
        for (; run > 0; run--) {
            a += *bytes++;
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    return b << 16 | a;
}

size_t deflate_run(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out) {
    uint8_t *end = out;
    *end++ = 0x78; /* deflate with a window of 32 KiB ... */
    *end++ = 0x01; /* ... by a fast compressor, and the check of these two bytes */
    find_symbols(deflate, bytes, length);
    uint8_t *block_end = put_block(deflate, end);
    if ((size_t)(block_end - end) > stored_size(length) && length > 0) {
        block_end = put_stored(bytes, length, end);
    }
    uint32_t check = adler32(bytes, length);
    for (int i = 0; i < 4; i++) {
        *block_end++ = (uint8_t)(check >> (24 - 8 * i));
    }
    assert((size_t)(block_end - out) <= deflate_bound(length));
    return (size_t)(block_end - out);
}
