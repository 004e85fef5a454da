/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The worked images were computed twice by independent programs (numpy and C), which agree to 1e-10.
 */
#include <math.h>
#include <string.h>

#include "simulators/render_discs.h"
#include "tests/harness.h"

static const double PI = 3.14159265358979323846;

struct expected_pixel {
    int row, column;
    double value[3];
    int bytes[3];
};

/* Observed: values differ by 5e-11 and sums by 4e-10, half of the last digit given. */
static void check_image(const struct render_disc *discs, int count, const struct expected_pixel *pixels,
                        int pixel_count, double value_sum, long byte_sum) {
    double values[IMAGE_VALUES], sum = 0.0;
    uint8_t image[IMAGE_VALUES];
    long bytes = 0;
    render_discs_values(discs, count, values);
    render_discs_bytes(discs, count, image);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        sum += values[i];
        bytes += image[i];
    }
    CHECK_NEAR(sum, value_sum, 1e-8);
    CU_ASSERT_EQUAL(bytes, byte_sum);
    for (int i = 0; i < pixel_count; i++) {
        int first = (pixels[i].row * IMAGE_SIDE + pixels[i].column) * IMAGE_CHANNELS;
        for (int c = 0; c < IMAGE_CHANNELS; c++) {
            CHECK_NEAR(values[first + c], pixels[i].value[c], 1e-10);
            CU_ASSERT_EQUAL(image[first + c], pixels[i].bytes[c]);
        }
    }
}

static void mass_spring_image_is_the_worked_one(void) {
    static const struct expected_pixel pixels[] = {
        {0, 0, {0.3210000000, 0.3490000000, 0.3680000000}, {81, 88, 93}},
        {15, 15, {0.3307088036, 0.3440097608, 0.3627380858}, {84, 87, 92}},
        {16, 16, {0.4291986302, 0.2933868602, 0.3093592107}, {109, 74, 78}},
        {21, 15, {0.9999724558, 0.0000141575, 0.0000149282}, {254, 0, 0}},
        {21, 19, {0.9421714239, 0.0297233771, 0.0313415552}, {240, 7, 7}},
        {26, 15, {0.4491604657, 0.2831266531, 0.2985404250}, {114, 72, 76}},
    };
    const struct simulator *simulator = simulator_find("mass_spring");
    struct trajectory_setup setup = {.parameters = {2.0, 0.5}};
    double state[2] = {0.5, 0.0};
    struct render_disc disc;
    CHECK_NEAR(simulator_canvas(simulator), 1.3989422804, 1e-10);
    render_discs_place(simulator, &setup, state, &disc);
    check_image(&disc, 1, pixels, 6, 1060.520581622, 267866);
}

static void pendulum_image_is_the_worked_one(void) {
    static const struct expected_pixel pixels[] = {
        {2, 21, {0.3204982650, 0.3484545000, 0.3689878396}, {81, 88, 94}},
        {6, 17, {0.2598331889, 0.2824977662, 0.4884281140}, {66, 72, 124}},
        {6, 21, {0.0066560370, 0.0072366259, 0.9868952792}, {1, 1, 251}},
        {6, 25, {0.2874898905, 0.3125668903, 0.4339762903}, {73, 79, 110}},
        {10, 20, {0.0007079632, 0.0007697170, 0.9986061285}, {0, 0, 254}},
    };
    const struct simulator *simulator = simulator_find("pendulum_colors");
    struct trajectory_setup setup = {.parameters = {1.2, 3.5, 0.8}, .offset = {0.3, -0.45}};
    setup.color_index[0] = 4;
    double state[2] = {0.7, 0.0};
    struct render_disc disc;
    CHECK_NEAR(simulator_canvas(simulator), 2.3673836185, 1e-10);
    render_discs_place(simulator, &setup, state, &disc);
    CHECK_NEAR(31.0 * disc.y, 8.54758, 1e-5);
    CHECK_NEAR(31.0 * disc.x, 20.83851, 1e-5);
    check_image(&disc, 1, pixels, 5, 1060.898216943, 267951);
}

/* The discs of an environment in the state x with parameters and colours as given. */
static int place(const char *name, const double *parameters, const double *state, const int *colors,
                 struct render_disc *discs) {
    const struct simulator *simulator = simulator_find(name);
    struct trajectory_setup setup = {0};
    int bodies = simulator->dynamics->bodies;
    memcpy(setup.parameters, parameters, (size_t)simulator_value_count(simulator) * sizeof *parameters);
    memcpy(setup.color_index, colors, (size_t)bodies * sizeof *colors);
    render_discs_place(simulator, &setup, state, discs);
    return bodies;
}

static void double_pendulum_image_is_the_worked_one(void) {
    static const struct expected_pixel pixels[] = {
        {9, 18, {0.0017009722, 0.9965504252, 0.9966511023}, {0, 254, 254}},
        {12, 20, {0.2819006945, 0.4587879593, 0.4737180065}, {71, 116, 120}},
        {13, 19, {0.4985231599, 0.2910739096, 0.3031880177}, {127, 74, 77}},
        {15, 20, {0.9901841618, 0.0051638313, 0.0054316741}, {252, 1, 1}},
        {16, 19, {0.9959732311, 0.0020879943, 0.0021996207}, {253, 0, 0}},
    };
    static const double parameters[5] = {0.5, 0.5, 1.0, 1.0, 3.0}, state[4] = {0.4, 2.9};
    static const int colors[2] = {1, 0};
    struct render_disc discs[2];
    int count = place("double_pendulum", parameters, state, colors, discs);
    CHECK_NEAR(2.0 * 2.3989422804 * (discs[1].x - 0.5), 0.6286676715, 1e-9);
    check_image(discs, count, pixels, 5, 1083.636178052, 273791);
}

static void two_body_image_is_the_worked_one(void) {
    static const struct expected_pixel pixels[] = {
        {8, 10, {0.0007863303, 0.9984052928, 0.9984518358}, {0, 254, 254}},
        {19, 20, {0.6025769048, 0.2042719591, 0.2153927821}, {153, 52, 54}},
        {22, 23, {0.9120877025, 0.0451861441, 0.0476461347}, {232, 11, 12}},
    };
    static const double parameters[3] = {1.0, 1.0, 1.0}, state[8] = {0.9, 1.2, -0.9, -1.2};
    static const int colors[2] = {0, 1};
    struct render_disc discs[2];
    uint8_t image[IMAGE_VALUES];
    int count = place("two_body", parameters, state, colors, discs);
    check_image(discs, count, pixels, 3, 1093.696051691, 276463);
    render_discs_bytes(discs, count, image);
    CU_ASSERT(memcmp(&image[(22 * IMAGE_SIDE + 20) * IMAGE_CHANNELS], (uint8_t[]){254, 0, 0}, 3) == 0);
}

/* Four small discs, two of them overlapping, one cut by the edge: the first one is in front. */
static void molecular_dynamics_image_is_the_worked_one(void) {
    static const struct expected_pixel pixels[] = {
        {15, 0, {0.8050346858, 0.1161882568, 0.0998386449}, {205, 29, 25}},
        {16, 1, {0.7525352761, 0.3680735072, 0.0462665869}, {191, 93, 11}},
        {16, 2, {0.5150940347, 0.7603600188, 0.0763907865}, {131, 193, 19}},
        {23, 20, {0.0518193489, 0.8949084234, 0.8979756122}, {13, 228, 228}},
        {6, 28, {0.4751046355, 0.0485390069, 0.9121012827}, {121, 12, 232}},
    };
    static const double parameters[3] = {10.0, 0.3, 1.0};
    static const double state[16] = {-4.9, 0.0, -4.5, 0.2, 1.5, 2.5, 4.0, -3.0};
    static const int colors[4] = {0, 1, 2, 3};
    struct render_disc discs[4];
    int count = place("molecular_dynamics_4", parameters, state, colors, discs);
    check_image(discs, count, pixels, 5, 1070.212304488, 270349);
}

/* Discs apart from each other may be drawn in any order: two bodies that swap places and colours give the
 * same image. Where discs overlap the order counts. */
static void order_counts_only_where_discs_overlap(void) {
    static const double parameters[3] = {1.0, 1.0, 1.0};
    static const double apart[8] = {0.9, 1.2, -0.9, -1.2}, near[8] = {0.2, 0.1, -0.2, -0.1};
    const double *states[2] = {apart, near};
    for (int i = 0; i < 2; i++) {
        struct render_disc discs[2], swapped[2];
        uint8_t image[IMAGE_VALUES], other[IMAGE_VALUES];
        int count = place("two_body", parameters, states[i], (int[]){0, 1}, discs);
        swapped[0] = discs[1];
        swapped[1] = discs[0];
        render_discs_bytes(discs, count, image);
        render_discs_bytes(swapped, count, other);
        CU_ASSERT_EQUAL(memcmp(image, other, sizeof image) == 0, i == 0);
    }
}

/* Far from all discs every byte is that of the background. */
static void the_background_is_grey(void) {
    struct render_disc disc = {.x = 0.1, .y = 0.1, .radius = 0.05, .color = {1.0, 0.0, 0.0}};
    uint8_t image[IMAGE_VALUES];
    render_discs_bytes(&disc, 1, image);
    CU_ASSERT(memcmp(&image[(IMAGE_SIDE * IMAGE_SIDE - 1) * IMAGE_CHANNELS], (uint8_t[]){81, 88, 93}, 3) ==
              0);
}

/* The shortcut for far pixels must not be seen: every byte of many images, up to 16 discs of all sizes, some
 * outside the canvas. */
static void fast_bytes_equal_the_full_evaluation(void) {
    struct random_stream random = random_stream(1, "test", 0, 0);
    long different = 0;
    for (int trial = 0; trial < 400; trial++) {
        struct render_disc discs[SIMULATOR_MAX_BODIES];
        double values[IMAGE_VALUES];
        uint8_t image[IMAGE_VALUES];
        int count = 1 + (int)random_below(&random, SIMULATOR_MAX_BODIES);
        for (int k = 0; k < count; k++) {
            discs[k] = (struct render_disc){.x = random_between(&random, -0.1, 1.1),
                                            .y = random_between(&random, -0.1, 1.1),
                                            .radius = random_between(&random, 0.02, 0.2)};
            render_discs_color((int)random_below(&random, 6), 6, discs[k].color);
        }
        render_discs_values(discs, count, values);
        render_discs_bytes(discs, count, image);
        for (int i = 0; i < IMAGE_VALUES; i++) {
            different += image[i] != (int)floor(255.0 * values[i]);
        }
    }
    CU_ASSERT_EQUAL(different, 0);
}

static void colours_are_those_of_the_palette(void) {
    static const double six[6][3] = {{1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 1}};
    double color[3];
    for (int i = 0; i < 6; i++) {
        render_discs_color(i, 6, color);
        CU_ASSERT(memcmp(color, six[i], sizeof color) == 0);
    }
    render_discs_color(1, 2, color);
    CU_ASSERT(color[0] == 0.0 && color[1] == 1.0 && color[2] == 1.0);
    render_discs_color(7, 16, color);
    CU_ASSERT(color[0] == 0.0 && color[1] == 1.0 && color[2] == 0.625);
    render_discs_color(15, 16, color);
    CU_ASSERT(color[0] == 1.0 && color[1] == 0.0 && color[2] == 0.375);
}

/* Opacity of a white disc, from the first channel of its image. */
static void opacities(double x, double y, double radius, double out[IMAGE_SIDE][IMAGE_SIDE]) {
    struct render_disc disc = {.x = x, .y = y, .radius = radius, .color = {1.0, 1.0, 1.0}};
    double values[IMAGE_VALUES];
    render_discs_values(&disc, 1, values);
    for (int i = 0; i < IMAGE_SIDE * IMAGE_SIDE; i++) {
        out[i / IMAGE_SIDE][i % IMAGE_SIDE] = (values[i * IMAGE_CHANNELS] - 0.321) / (1.0 - 0.321);
    }
}

/* 961 pi (rho^2 + pi^2 / (3 80^2)) pixels; 62.9329 against 62.9321 for this disc. */
static void a_disc_covers_its_area(void) {
    double rho = render_discs_radius(0.5) / (2.0 * 1.3989422804), opacity[IMAGE_SIDE][IMAGE_SIDE], sum = 0.0;
    opacities(0.5, (0.5 + 1.3989422804) / (2.0 * 1.3989422804), rho, opacity);
    for (int i = 0; i < IMAGE_SIDE * IMAGE_SIDE; i++) {
        sum += opacity[i / IMAGE_SIDE][i % IMAGE_SIDE];
    }
    CHECK_NEAR(sum, 62.9321, 1e-4);
    CHECK_NEAR(sum, 961.0 * PI * (rho * rho + PI * PI / (3.0 * 6400.0)), 1e-3);
}

static void moving_by_one_grid_step_moves_the_image_by_one_pixel(void) {
    double before[IMAGE_SIDE][IMAGE_SIDE], after[IMAGE_SIDE][IMAGE_SIDE];
    opacities(0.4, 0.55, 0.12, before);
    opacities(0.4 + 1.0 / 31.0, 0.55 - 1.0 / 31.0, 0.12, after);
    for (int row = 1; row < IMAGE_SIDE; row++) {
        for (int column = 0; column + 1 < IMAGE_SIDE; column++) {
            CHECK_NEAR(after[row - 1][column + 1], before[row][column], 1e-12); /* observed: 1e-15 */
        }
    }
}

static void draw(const char *name, double position, uint8_t image[IMAGE_VALUES]) {
    const struct simulator *simulator = simulator_find(name);
    struct trajectory_setup setup = {0};
    double state[2] = {position, 0.0};
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        setup.parameters[i] = simulator->parameters[i].low;
    }
    simulator_draw(simulator, &setup, state, image);
}

/* Whether `b` is `a` with its rows or its columns in reverse. Values within one of each other count as equal:
 * the grid points j/31 and 1 - j/31 differ in the last bit. */
static bool is_mirrored(const uint8_t *a, const uint8_t *b, bool rows) {
    for (int row = 0; row < IMAGE_SIDE; row++) {
        for (int column = 0; column < IMAGE_SIDE; column++) {
            int from_row = rows ? IMAGE_SIDE - 1 - row : row;
            int from_column = rows ? column : IMAGE_SIDE - 1 - column;
            for (int c = 0; c < IMAGE_CHANNELS; c++) {
                int left = a[(row * IMAGE_SIDE + column) * IMAGE_CHANNELS + c];
                int right = b[(from_row * IMAGE_SIDE + from_column) * IMAGE_CHANNELS + c];
                if (left - right > 1 || right - left > 1) {
                    return false;
                }
            }
        }
    }
    return true;
}

static void images_have_the_symmetries_of_their_systems(void) {
    uint8_t image[IMAGE_VALUES], mirrored[IMAGE_VALUES];
    draw("mass_spring", 0.37, image);
    CU_ASSERT(is_mirrored(image, image, false));
    CU_ASSERT(!is_mirrored(image, image, true));
    draw("mass_spring", -0.37, mirrored);
    CU_ASSERT(is_mirrored(image, mirrored, true));
    draw("pendulum", 0.8, image);
    draw("pendulum", -0.8, mirrored);
    CU_ASSERT(is_mirrored(image, mirrored, false));
    CU_ASSERT(!is_mirrored(image, mirrored, true));
    draw("pendulum", 0.8 + 2.0 * PI, mirrored);
    CU_ASSERT(memcmp(image, mirrored, sizeof image) == 0);
}

/* Rows grow with y: a pendulum at rest hangs in the first rows. */
static void rows_grow_with_y(void) {
    uint8_t image[IMAGE_VALUES];
    draw("pendulum", 0.0, image);
    CU_ASSERT_EQUAL(image[(4 * IMAGE_SIDE + 15) * IMAGE_CHANNELS], 254);
    CU_ASSERT_EQUAL(image[(27 * IMAGE_SIDE + 15) * IMAGE_CHANNELS], 81);
}

int main(void) {
    static const struct test tests[] = {
        TEST(mass_spring_image_is_the_worked_one),
        TEST(pendulum_image_is_the_worked_one),
        TEST(double_pendulum_image_is_the_worked_one),
        TEST(two_body_image_is_the_worked_one),
        TEST(molecular_dynamics_image_is_the_worked_one),
        TEST(order_counts_only_where_discs_overlap),
        TEST(the_background_is_grey),
        TEST(fast_bytes_equal_the_full_evaluation),
        TEST(colours_are_those_of_the_palette),
        TEST(a_disc_covers_its_area),
        TEST(moving_by_one_grid_step_moves_the_image_by_one_pixel),
        TEST(images_have_the_symmetries_of_their_systems),
        TEST(rows_grow_with_y),
    };
    return tests_run("render", tests, sizeof tests / sizeof *tests);
}
