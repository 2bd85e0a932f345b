// Compiled by engine/testing/build-wasm.ts. Memory: constants from 1,024 on, words at 4,096, sums at 8,192, the window from 65,536 on.
//
// Four blocks are taken together. What a message adds to the rounds does not depend on the state, so it is computed for four blocks in four lanes;
// and for the next four while the rounds of these are computed, because a round waits for the one before it and leaves the processor idle. Measured:
// 1.5 ms for each MB, where libsodium's WebAssembly takes 2.4.

const WINDOW: usize = 65536;
const BLOCK: usize = 64;
const GROUP: usize = 4 * BLOCK;
/** The expanded words of the group that comes next, each for four blocks. */
const WORDS: usize = 4096;
/** The same with the constants of the rounds added; two by turns. */
const SUMS: usize = 8192;
const SUMS_SIZE: usize = 64 * 16;

const CONSTANTS: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const FIRST_STATE: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const STATE: usize = memory.data(32);

export function begin(): void {
  memory.copy(STATE, FIRST_STATE, 32);
}

/** The state after what was absorbed, eight numbers of 32 bits. */
export function stateAt(): usize {
  return STATE;
}

/** Takes the first blocks of the window in. What lies behind them is read, and has no effect. */
export function absorb(blocks: u32): void {
  let sums = SUMS;
  let next = SUMS + SUMS_SIZE;
  for (let t: usize = 0; t < 64; t += 2) expand(t, WINDOW, sums);
  for (let at = WINDOW + GROUP, end = WINDOW + <usize>blocks * BLOCK; at < end + GROUP; at += GROUP) {
    for (let lane: usize = 0; lane < 4; lane++) {
      if (at - GROUP + lane * BLOCK < end) compress(sums + (lane << 2), lane << 4, at, next);
    }
    const used = sums;
    sums = next;
    next = used;
  }
}

/** One block, from its lane; beside it a quarter of the group at `nextAt` is expanded, from word `t` on. */
function compress(sums: usize, t: usize, nextAt: usize, next: usize): void {
  let a = load<u32>(STATE), b = load<u32>(STATE, 4), c = load<u32>(STATE, 8), d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16), f = load<u32>(STATE, 20), g = load<u32>(STATE, 24), h = load<u32>(STATE, 28);
  // The majority of a, b and c is b ^ ((a ^ b) & (b ^ c)); a ^ b is the next round's b ^ c.
  let x: u32 = 0, y: u32 = b ^ c;
  for (const end = sums + SUMS_SIZE; sums < end; sums += 128, t += 2) {
    expand(t, nextAt, next);
    // Added in this order, so that what is known late is added last.
    h += load<u32>(sums); h += choose(e, f, g); h += bigSigma1(e); d += h;
    x = a ^ b; h += b ^ (x & y); h += bigSigma0(a);
    g += load<u32>(sums, 16); g += choose(d, e, f); g += bigSigma1(d); c += g;
    y = h ^ a; g += a ^ (y & x); g += bigSigma0(h);
    f += load<u32>(sums, 32); f += choose(c, d, e); f += bigSigma1(c); b += f;
    x = g ^ h; f += h ^ (x & y); f += bigSigma0(g);
    e += load<u32>(sums, 48); e += choose(b, c, d); e += bigSigma1(b); a += e;
    y = f ^ g; e += g ^ (y & x); e += bigSigma0(f);
    d += load<u32>(sums, 64); d += choose(a, b, c); d += bigSigma1(a); h += d;
    x = e ^ f; d += f ^ (x & y); d += bigSigma0(e);
    c += load<u32>(sums, 80); c += choose(h, a, b); c += bigSigma1(h); g += c;
    y = d ^ e; c += e ^ (y & x); c += bigSigma0(d);
    b += load<u32>(sums, 96); b += choose(g, h, a); b += bigSigma1(g); f += b;
    x = c ^ d; b += d ^ (x & y); b += bigSigma0(c);
    a += load<u32>(sums, 112); a += choose(f, g, h); a += bigSigma1(f); e += a;
    y = b ^ c; a += c ^ (y & x); a += bigSigma0(b);
  }
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + h, 28);
}

/** Words `t` and `t + 1` of four blocks; the first sixteen come four at a time from the blocks themselves. */
// @ts-ignore: decorator
@inline
function expand(t: usize, at: usize, sums: usize): void {
  if (t < 16) {
    if ((t & 3) == 0) transpose(t, at + (t << 2), sums);
    return;
  }
  const word = WORDS + (t << 4);
  const w15 = v128.load(word - 240), w14 = v128.load(word - 224);
  const w7 = v128.load(word - 112), w6 = v128.load(word - 96);
  put(t, sums, i32x4.add(i32x4.add(v128.load(word - 256), sigma0(w15)), i32x4.add(w7, sigma1(v128.load(word - 32)))));
  put(t + 1, sums, i32x4.add(i32x4.add(w15, sigma0(w14)), i32x4.add(w6, sigma1(v128.load(word - 16)))));
}

// @ts-ignore: decorator
@inline
function transpose(t: usize, at: usize, sums: usize): void {
  const a = bigEndian(at), b = bigEndian(at + BLOCK), c = bigEndian(at + 2 * BLOCK), d = bigEndian(at + 3 * BLOCK);
  const abLow = v128.shuffle<u32>(a, b, 0, 4, 1, 5), abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const cdLow = v128.shuffle<u32>(c, d, 0, 4, 1, 5), cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  put(t, sums, v128.shuffle<u64>(abLow, cdLow, 0, 2));
  put(t + 1, sums, v128.shuffle<u64>(abLow, cdLow, 1, 3));
  put(t + 2, sums, v128.shuffle<u64>(abHigh, cdHigh, 0, 2));
  put(t + 3, sums, v128.shuffle<u64>(abHigh, cdHigh, 1, 3));
}

// @ts-ignore: decorator
@inline
function put(t: usize, sums: usize, words: v128): void {
  v128.store(WORDS + (t << 4), words);
  v128.store(sums + (t << 4), i32x4.add(words, v128.load32_splat(CONSTANTS + (t << 2))));
}

// @ts-ignore: decorator
@inline
function bigEndian(at: usize): v128 {
  const bytes = v128.load(at);
  return v128.shuffle<u8>(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

// @ts-ignore: decorator
@inline
function sigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotated(x, 7), rotated(x, 18)), i32x4.shr_u(x, 3));
}

// @ts-ignore: decorator
@inline
function sigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotated(x, 17), rotated(x, 19)), i32x4.shr_u(x, 10));
}

// @ts-ignore: decorator
@inline
function rotated(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shr_u(x, bits), i32x4.shl(x, 32 - bits));
}

// @ts-ignore: decorator
@inline
function bigSigma0(a: u32): u32 {
  return rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
}

// @ts-ignore: decorator
@inline
function bigSigma1(e: u32): u32 {
  return rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
}

// @ts-ignore: decorator
@inline
function choose(e: u32, f: u32, g: u32): u32 {
  return g ^ (e & (f ^ g));
}
