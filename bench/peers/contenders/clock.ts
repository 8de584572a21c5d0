let last = 0;

/** Now, and later than ever before: stores that sort by a time of the app need one that differs. */
export function clock(): Date {
  last = Math.max(Date.now(), last + 1);
  return new Date(last);
}
