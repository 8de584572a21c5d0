/**
 * A package of bench/peers, which the checkout's own `npm ci` does not install: named by a variable, so that nothing
 * looks for its types.
 */
export async function load<T>(name: string): Promise<T> {
  return await import(name) as T;
}
