/** Nominal typing for numbers and strings: a `Price` cannot be passed where a `Quantity` is meant. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
