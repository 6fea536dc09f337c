// One hash a profile: record, fence, before (the fence of who had the lease before), owner (none once given back), until
// (microseconds of the server's clock), aside. It stays when the record is deleted, for the sake of the fence. Numbers are
// written with %.0f: tostring() would round them.

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function lastFor(ms) return string.format('%.0f', now + ms * 1000) end`;

/**
 * Ours is what bears our fence and owner. A fence from before us means that the server was set back, and nobody has come
 * since. ARGV owner, fence, milliseconds, before.
 */
const MINE = `
local held = redis.call('HMGET', KEYS[1], 'fence', 'owner')
local fence, mine, before = tonumber(held[1] or '0'), tonumber(ARGV[2]), tonumber(ARGV[4])
if not ((fence == mine and held[2] == ARGV[1]) or (fence < mine and fence <= before)) then return 0 end`;

const HOLD = `'HSET', KEYS[1], 'fence', ARGV[2], 'owner', ARGV[1], 'until', lastFor(ARGV[3]), 'before', ARGV[4]`;

/**
 * KEYS login; ARGV owner, milliseconds, fence of a dead holder. Gives `[1, fence, before, record]` or `[0, fence, expired]`.
 */
export const ACQUIRE = `${NOW}
local held = redis.call('HMGET', KEYS[1], 'fence', 'owner', 'until', 'record', 'before')
local fence = tonumber(held[1] or '0')
local owner = held[2] or ''
local left = tonumber(held[3] or '0') - now
local expired = left <= 0 or left > ARGV[2] * 1000
if owner ~= '' and owner ~= ARGV[1] and not (expired and held[1] == ARGV[3]) then
  return {'0', held[1], expired and '1' or '0'}
end
local mine, before = held[1], held[5] or '0'
if owner ~= ARGV[1] then
  mine, before = string.format('%.0f', math.max(fence + 1, now)), held[1] or '0'
end
redis.call('HSET', KEYS[1], 'fence', mine, 'owner', ARGV[1], 'until', lastFor(ARGV[2]), 'before', before)
return {'1', mine, before, held[4]}`;

/** KEYS login; ARGV owner, fence, milliseconds, before. */
export const RENEW = `${NOW}${MINE}
redis.call(${HOLD})
return 1`;

/**
 * KEYS login, profiles; ARGV owner, fence, milliseconds, before, profile, and the record or nothing. A full memory refuses
 * HSET, but need not keep a login from being deleted.
 */
export const WRITE = `${NOW}${MINE}
if ARGV[6] then
  redis.call(${HOLD}, 'record', ARGV[6])
  redis.call('SADD', KEYS[2], ARGV[5])
else
  redis.call('HDEL', KEYS[1], 'record')
  redis.call('SREM', KEYS[2], ARGV[5])
  redis.pcall(${HOLD})
end
return 1`;

/** KEYS login, profiles; ARGV owner, fence, profile. */
export const SET_ASIDE = `
local held = redis.call('HMGET', KEYS[1], 'fence', 'owner', 'record', 'aside')
if held[1] ~= ARGV[2] or held[2] ~= ARGV[1] then return 0 end
if held[3] then redis.call('HSET', KEYS[1], 'aside', held[4] and held[4] .. '\\n' .. held[3] or held[3]) end
redis.call('HDEL', KEYS[1], 'record')
redis.call('SREM', KEYS[2], ARGV[3])
return 1`;

/** KEYS login; ARGV owner. Deletes, which a full memory does not refuse. */
export const RELEASE = `
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('HDEL', KEYS[1], 'owner') end
return 1`;

/** KEYS login. */
export const READ = `return redis.call('HGET', KEYS[1], 'record')`;

/** KEYS profiles. */
export const PROFILES = `return redis.call('SMEMBERS', KEYS[1])`;
