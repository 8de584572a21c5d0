/** An answer other than success, as callers see it. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly headers: Record<string, string>;
  /** Stands beside `error` in the body. */
  readonly extra: Record<string, unknown>;
  /** For the log alone. */
  readonly sqlstate: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      hint?: string | undefined;
      headers?: Record<string, string>;
      extra?: Record<string, unknown>;
      sqlstate?: string | undefined;
    } = {},
  ) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    this.hint = more.hint;
    this.headers = more.headers ?? {};
    this.extra = more.extra ?? {};
    this.sqlstate = more.sqlstate;
  }
}

/** The caller sent something that cannot be taken; the hint names the field. */
export function invalid(hint: string): HttpError {
  return new HttpError(400, "INVALID_ARGUMENT", "Invalid argument", { hint });
}

export function unauthenticated(hint: string): HttpError {
  return new HttpError(401, "UNAUTHENTICATED", "Sign in first", { hint });
}

export function internal(sqlstate?: string): HttpError {
  return new HttpError(500, "INTERNAL", "Something went wrong", { sqlstate });
}

export interface ErrorBody {
  success: false;
  error: { code: string; message: string; hint?: string; requestId: string };
}

/** The one shape of every error; nothing of an unexpected one leaves the function. */
export function errorBody(error: unknown, requestId: string): ErrorBody {
  const { code, message, hint, extra } = error instanceof HttpError ? error : internal();
  return {
    ...extra,
    success: false,
    error: { code, message, ...(hint ? { hint } : {}), requestId },
  };
}
