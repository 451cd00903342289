import t from 'tap'
import { parseChain, UriError } from '../../src/packet/index.ts'

const CASES: readonly (readonly [uri: string, position: number, reason: string])[] = [
  ['', 0, `expected a function's name`],
  ['f', 1, `expected ':' and a function, or '/' and the content's name`],
  ['f(a=1)', 6, `expected ':' and a function, or '/' and the content's name`],
  ['f g/x', 1, `expected ':' and a function, or '/' and the content's name`],
  ['f(a=1)g/x', 6, `expected ':' and a function, or '/' and the content's name`],
  ['f)/x', 1, `expected ':' and a function, or '/' and the content's name`],
  ['fü/x', 1, `expected ':' and a function, or '/' and the content's name`],
  ['f?/x', 1, `expected ':' and a function, or '/' and the content's name`],
  [':', 0, `expected a function's name`],
  [':f/x', 0, `expected a function's name`],
  ['(a=1)/x', 0, `expected a function's name`],
  ['f:', 2, `expected a function's name`],
  ['f:/x', 2, `expected a function's name`],
  ['f::g/x', 2, `expected a function's name`],
  ['f: g/x', 2, `expected a function's name`],
  ['f:g:/x', 4, `expected a function's name`],
  ['ndn:/x', 4, `expected a function's name`],
  ['f(', 2, `expected a parameter's name`],
  ['f(/x', 2, `expected a parameter's name`],
  ['f()/x', 2, `expected a parameter's name`],
  ['f(=1)/x', 2, `expected a parameter's name`],
  ['f(a=1,)/x', 6, `expected a parameter's name`],
  ['f(a=1,,b=2)/x', 6, `expected a parameter's name`],
  ['f(a=1, b=2)/x', 6, `expected a parameter's name`],
  ['f(a', 3, `expected '=' after parameter 'a'`],
  ['f(a)/x', 3, `expected '=' after parameter 'a'`],
  ['f(a b=1)/x', 3, `expected '=' after parameter 'a'`],
  ['f(a:1)/x', 3, `expected '=' after parameter 'a'`],
  ['f(a=1,b)/x', 7, `expected '=' after parameter 'b'`],
  ['f(a=1', 5, `expected ',' or ')'`],
  ['f(a=1/x', 5, `expected ',' or ')'`],
  ['f(a=b c)/x', 5, `expected ',' or ')'`],
  ['f(a=(1))/x', 4, `expected ',' or ')'`],
  ['f(a="1")/x', 4, `expected ',' or ')'`],
  ['f:g(a=1):h(b=2/x', 14, `expected ',' or ')'`],
  ['f(a=1,a=2)/x', 6, `parameter 'a' is given twice`],
  ['f(a=1,b=2,%61=3)/x', 10, `parameter 'a' is given twice`],
  ['f%/x', 1, `'%' needs two hexadecimal digits`],
  ['f%4/x', 1, `'%' needs two hexadecimal digits`],
  ['f%4g/x', 1, `'%' needs two hexadecimal digits`],
  ['f:g%', 3, `'%' needs two hexadecimal digits`],
  ['f(a%=1)/x', 3, `'%' needs two hexadecimal digits`],
  ['f(a=1%zz)/x', 5, `'%' needs two hexadecimal digits`],
  ['%FF/x', 0, 'percent-encoded octets that are not UTF-8'],
  ['f:ab%80/x', 2, 'percent-encoded octets that are not UTF-8'],
  ['f(%C3%28=1)/x', 2, 'percent-encoded octets that are not UTF-8'],
  ['f(a=%ED%A0%80)/x', 4, 'percent-encoded octets that are not UTF-8'],
  ['/', 0, `the content's name is empty`],
  ['f/', 1, `the content's name is empty`],
  ['f(a=1)/', 6, `the content's name is empty`],
  ['//', 1, `an empty component ('...' stands for one that is meant)`],
  ['f//x', 2, `an empty component ('...' stands for one that is meant)`],
  ['f/x//y', 4, `an empty component ('...' stands for one that is meant)`],
  ['/x//', 3, `an empty component ('...' stands for one that is meant)`],
  ['f/./x', 2, `a component may not be '.'`],
  ['f/x/..', 4, `a component may not be '..'`],
  ['f/8=/x', 2, `a component may not be ''`],
  ['f/%x', 2, `'%' without two hexadecimal digits in '%x'`],
  ['f/x/ab%4/y', 6, `'%' without two hexadecimal digits in 'ab%4'`],
  ['f/x/32=%', 7, `'%' without two hexadecimal digits in '%'`],
  ['f/v=a', 2, `'a' is not a number from 0 to 2^64-1`],
  ['f/x/seg=01', 4, `'01' is not a number from 0 to 2^64-1`],
  ['f/x/seg=-1', 4, `'-1' is not a number from 0 to 2^64-1`],
  ['f/x/t=18446744073709551616', 4, `'18446744073709551616' is not a number from 0 to 2^64-1`],
  ['f/sha256digest=00', 2, `'00' is not a SHA-256 digest in hexadecimal`],
  ['f/x/params-sha256=', 4, `'' is not a SHA-256 digest in hexadecimal`],
  ['f/1=abc', 2, 'a digest component of 3 octets, not 32'],
  ['f/65536=x', 2, 'component type 65536 is out of range'],
  ['f/x/1234567=x', 4, 'component type 1234567 is out of range'],
  ['f/128=g/x', 2, `a function cannot be part of the content's name`],
  ['/128=g/x', 1, `a function cannot be part of the content's name`],
  ['f/x/130=a%3D1', 4, `a function cannot be part of the content's name`],
  ['f/x128=a/128=b', 9, `a function cannot be part of the content's name`],
]

for (const [uri, position, reason] of CASES) {
  t.test(`'${uri}' is refused at position ${position}: ${reason}`, async (t) => {
    t.throws(() => parseChain(uri), { name: 'UriError', code: 'bad-uri', uri, position })
    t.throws(() => parseChain(uri), {
      message: `${reason} at position ${position}\n  ${uri}\n  ${' '.repeat(position)}^`,
    })
  })
}

t.test('the message shows the text with a mark under the fault', async (t) => {
  t.equal(
    new UriError('resize(width)/x', 12, `expected '='`).message,
    [`expected '=' at position 12`, '  resize(width)/x', '              ^'].join('\n'),
  )
})

t.test('a trailing slash is ignored', async (t) => {
  t.equal(parseChain('f/x/').content.toString(), '/x')
})
