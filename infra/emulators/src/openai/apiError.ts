/** An error answer of the API. Its body is `{error: {message, type, param, code}}`, as the official client expects it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    message: string,
    readonly type: string,
    readonly code: string | null,
    readonly param: string | null = null,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  toBody() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

/** 400: the request itself is wrong; a client does not repeat it. */
export function invalidRequest(message: string, param: string | null, code: string | null = null): ApiError {
  return new ApiError(400, message, 'invalid_request_error', code, param);
}

/** 401, in the two forms of the real service: no key at all, or a wrong one. */
export function unauthorized(key: string | null): ApiError {
  if (key === null) {
    return new ApiError(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      'invalid_request_error',
      null,
    );
  }
  const shown = key.length > 8 ? `${key.slice(0, 4)}${'*'.repeat(8)}${key.slice(-4)}` : '****';
  return new ApiError(401, `Incorrect API key provided: ${shown}.`, 'invalid_request_error', 'invalid_api_key');
}

export function modelNotFound(model: string): ApiError {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return new ApiError(404, message, 'invalid_request_error', 'model_not_found', 'model');
}

/** 429 with both retry headers; the official client honours `retry-after-ms` first. */
export function rateLimited(kind: 'requests' | 'tokens', limit: number, retryAfterMs: number): ApiError {
  const unit = kind === 'requests' ? 'requests per min (RPM)' : 'tokens per min (TPM)';
  return new ApiError(
    429,
    `Rate limit reached on ${unit}: Limit ${limit}. Please try again in ${retryAfterMs}ms.`,
    kind,
    'rate_limit_exceeded',
    null,
    { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))), 'retry-after-ms': String(retryAfterMs) },
  );
}

export function serverError(): ApiError {
  return new ApiError(500, 'The server had an error while processing your request.', 'server_error', null);
}

export function overloaded(): ApiError {
  return new ApiError(503, 'The engine is currently overloaded, please try again later.', 'server_error', null);
}
