// One hash a profile: record, fence, owner ('' once given back), until (microseconds of the server's clock). It stays when
// the record is deleted, for the sake of the fence. Numbers are written with %.0f: tostring() would round them.

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function lastFor(ms) return string.format('%.0f', now + ms * 1000) end`;

/** Ours is what bears our fence and owner. A lower fence means that the server was set back, and nobody has come since. */
const MINE = `
local held = redis.call('HMGET', KEYS[1], 'fence', 'owner')
local fence = tonumber(held[1] or '0')
if fence > tonumber(ARGV[2]) or (fence == tonumber(ARGV[2]) and held[2] ~= ARGV[1]) then return 0 end`;

/** KEYS login; ARGV owner, milliseconds, fence of a dead holder. Gives `[1, fence, record]` or `[0, fence, expired]`. */
export const ACQUIRE = `${NOW}
local held = redis.call('HMGET', KEYS[1], 'fence', 'owner', 'until', 'record')
local fence = tonumber(held[1] or '0')
local owner = held[2] or ''
local expired = tonumber(held[3] or '0') <= now
if owner ~= '' and owner ~= ARGV[1] and not (expired and held[1] == ARGV[3]) then
  return {'0', held[1], expired and '1' or '0'}
end
local mine = string.format('%.0f', math.max(fence + 1, now))
redis.call('HSET', KEYS[1], 'fence', mine, 'owner', ARGV[1], 'until', lastFor(ARGV[2]))
return {'1', mine, held[4]}`;

/** KEYS login; ARGV owner, fence, milliseconds. */
export const RENEW = `${NOW}${MINE}
redis.call('HSET', KEYS[1], 'fence', ARGV[2], 'owner', ARGV[1], 'until', lastFor(ARGV[3]))
return 1`;

/** KEYS login, profiles; ARGV owner, fence, milliseconds, profile, and the record or nothing. */
export const WRITE = `${NOW}${MINE}
redis.call('HSET', KEYS[1], 'fence', ARGV[2], 'owner', ARGV[1], 'until', lastFor(ARGV[3]))
if ARGV[5] then
  redis.call('HSET', KEYS[1], 'record', ARGV[5])
  redis.call('SADD', KEYS[2], ARGV[4])
else
  redis.call('HDEL', KEYS[1], 'record')
  redis.call('SREM', KEYS[2], ARGV[4])
end
return 1`;

/** KEYS login, profiles; ARGV owner, fence, profile. */
export const SET_ASIDE = `
local held = redis.call('HMGET', KEYS[1], 'fence', 'owner', 'record')
if held[1] ~= ARGV[2] or held[2] ~= ARGV[1] then return 0 end
if held[3] then redis.call('HSET', KEYS[1], 'aside', held[3]) end
redis.call('HDEL', KEYS[1], 'record')
redis.call('SREM', KEYS[2], ARGV[3])
return 1`;

/** KEYS login; ARGV owner. */
export const RELEASE = `
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('HSET', KEYS[1], 'owner', '') end
return 1`;

/** KEYS login. */
export const READ = `return redis.call('HGET', KEYS[1], 'record')`;

/** KEYS profiles. */
export const PROFILES = `return redis.call('SMEMBERS', KEYS[1])`;
