/* A toy of a view over the whole toolkit: a table of birds. For tests of the app without a product.
 * toy_main runs it on the terminal and returns the exit status. */
#ifndef MLW_TESTS_E2E_TOY_H
#define MLW_TESTS_E2E_TOY_H

int toy_main(int argc, char **argv);
/* The toy without a terminal, 80x24; freed by app_free. */
struct app *toy_app(void);

#endif
