/*
 * Lua, each run as a whole by Redis. The clock is `<epoch>:<n>`, a generation the clock's time when it was made. Redis' numbers are doubles: written by %.0f, since larger ones would get an exponent.
 */

const LIBRARY = `
local function parse(text)
  if not text then return nil, nil end
  local epoch, number = string.match(text, '^(.*):(%d+)$')
  return epoch, tonumber(number)
end
local function time(epoch, number) return epoch .. ':' .. string.format('%.0f', number) end
local function advance(key, fresh, ttl)
  local epoch, number = parse(redis.call('GET', key))
  local now = time(epoch or fresh, (number or 0) + 1)
  redis.call('SET', key, now, 'PX', ttl)
  return now
end
`;

/** KEYS: clock, generations. ARGV: an epoch to begin with where there is none, how long generations are kept (ms). */
export const INVALIDATE = `${LIBRARY}
local now = advance(KEYS[1], ARGV[1], ARGV[2])
for at = 2, #KEYS do redis.call('SET', KEYS[at], now, 'PX', ARGV[2]) end
return now
`;

/** KEYS: clock, position, generations. ARGV: epoch, ttl, when the stream was made, position. 1: applied, by this call or another. 0: it is not known how far the stream was heard. */
export const APPLY = `${LIBRARY}
local created, position = string.match(redis.call('GET', KEYS[2]) or '', '^(.*) (%d+)$')
if created ~= ARGV[3] then return 0 end
if tonumber(position) >= tonumber(ARGV[4]) then return 1 end
if #KEYS > 2 then
  local now = advance(KEYS[1], ARGV[1], ARGV[2])
  for at = 3, #KEYS do redis.call('SET', KEYS[at], now, 'PX', ARGV[2]) end
end
redis.call('SET', KEYS[2], ARGV[3] .. ' ' .. ARGV[4], 'PX', ARGV[2])
return 1
`;

/** KEYS: clock, position. ARGV: the new epoch, ttl, when the stream was made, position. */
export const RENEW = `${LIBRARY}
redis.call('SET', KEYS[1], time(ARGV[1], 1), 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3] .. ' ' .. ARGV[4], 'PX', ARGV[2])
return 1
`;

/** KEYS: clock, the server that it belongs to. ARGV: an epoch for another server, ttl, this server. */
export const ADOPT = `${LIBRARY}
if redis.call('GET', KEYS[2]) ~= ARGV[3] or not redis.call('GET', KEYS[1]) then
  redis.call('SET', KEYS[1], time(ARGV[1], 1), 'PX', ARGV[2])
end
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
return 1
`;

/**
 * KEYS: clock, the server that it belongs to; for each value its key, the generations of its tags, the generations of their types. ARGV: the clock before the fetch, how long generations are kept, 1 for comparing, how many values; for each its number of tags, how long it is kept, what stands before the payload, the payload.
 * For each value the generations, or nothing where it is refused. What is compared is kept for as long again.
 *
 * A tag that is not known has been evicted, or was never asked for: then its type decides, which every change of one of its entities replaces. Where that is not known either, both begin now, later than any fetch that is under way.
 */
export const FILL = `${LIBRARY}
local epoch, number = parse(redis.call('GET', KEYS[1]))
local since, after = parse(ARGV[1])
local ttl, compare, moved, answers = ARGV[2], ARGV[3] == '1', false, {}
local key, argument = 3, 5
redis.call('PEXPIRE', KEYS[1], ttl)
redis.call('PEXPIRE', KEYS[2], ttl)
for value = 1, tonumber(ARGV[4]) do
  local tags = tonumber(ARGV[argument])
  local accepted = epoch ~= nil and (epoch == since or not compare)
  local generations = {}
  if accepted then
    for tag = 1, tags do
      local name, typename = KEYS[key + tag], KEYS[key + tags + tag]
      local generation = redis.call('GETEX', name, 'PX', ttl)
      local era, at = parse(generation)
      if era ~= epoch then
        era, at = parse(redis.call('GET', typename))
        if era ~= epoch then
          if not moved then
            moved = true
            number = number + 1
            redis.call('SET', KEYS[1], time(epoch, number), 'PX', ttl)
          end
          at = number
          redis.call('SET', typename, time(epoch, number), 'PX', ttl)
        end
        generation = time(epoch, number)
        redis.call('SET', name, generation, 'PX', ttl)
      end
      if compare and at > after then accepted = false end
      generations[tag] = generation
    end
  end
  local known = table.concat(generations, ' ')
  if accepted then
    redis.call('SET', KEYS[key], known .. '\\n' .. ARGV[argument + 2] .. '\\n' .. ARGV[argument + 3], 'PX', ARGV[argument + 1])
    answers[value] = known
  else
    answers[value] = false
  end
  key = key + 1 + 2 * tags
  argument = argument + 4
end
return answers
`;
