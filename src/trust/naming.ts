import { Component, type Name, TT } from '../packet/index.ts'
import { TrustError } from './errors.ts'

/** Names of nodes, producers and functions in identities; also safe as the name of a file. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const DIGEST = /^[0-9a-f]{8,128}$/

/**
 * Who an identity's name says it is, under the operator whose trust anchor is held:
 *
 *     operator  /<operator>
 *     node      /<operator>/node/<node>
 *     instance  /<operator>/node/<node>/function/<function>/<digest of the image or artifact>
 *     producer  /<operator>/producer/<producer>
 */
export type Party =
  | { readonly kind: 'operator' }
  | { readonly kind: 'node'; readonly node: string }
  | {
      readonly kind: 'instance'
      readonly node: string
      readonly function: string
      /** Of the image or artifact, lower-case hexadecimal. */
      readonly digest: string
    }
  | { readonly kind: 'producer'; readonly producer: string }

/** @throws TrustError bad-label */
export function nodeName(operator: Name, node: string): Name {
  return operator.append(generic('node'), label('node', node))
}

/** @throws TrustError bad-label */
export function producerName(operator: Name, producer: string): Name {
  return operator.append(generic('producer'), label('producer', producer))
}

/**
 * @param node the node's identity
 * @param digest of the image or artifact, lower-case hexadecimal
 * @throws TrustError bad-label
 */
export function instanceName(node: Name, functionName: string, digest: string): Name {
  if (!DIGEST.test(digest)) {
    throw new TrustError('bad-label', `'${digest}' is not a digest of 8 to 128 lower-case hexadecimal digits`)
  }
  return node.append(generic('function'), label('function', functionName), generic(digest))
}

/** Reads an identity's name; undefined where no operator hands out such a name. */
export function partyOf(operator: Name, identity: Name): Party | undefined {
  if (!operator.isPrefixOf(identity)) return undefined
  const texts: string[] = []
  for (const { type, text } of identity.components.slice(operator.length)) {
    if (type !== TT.GenericNameComponent) return undefined
    texts.push(text)
  }
  if (texts.length === 0) return { kind: 'operator' }
  // Labels are ASCII only, so no two different components read as the same text.
  const [room, owner = '', word, name = '', digest = ''] = texts
  if (!isLabel(owner)) return undefined
  if (texts.length === 2 && room === 'producer') return { kind: 'producer', producer: owner }
  if (texts.length === 2 && room === 'node') return { kind: 'node', node: owner }
  if (texts.length === 5 && room === 'node' && word === 'function' && isLabel(name) && DIGEST.test(digest)) {
    return { kind: 'instance', node: owner, function: name, digest }
  }
  return undefined
}

/** The identity that alone may certify another: the operator its nodes and producers, a node its instances. */
export function issuerOf(operator: Name, identity: Name, party: Party): Name {
  return party.kind === 'instance' ? identity.slice(0, operator.length + 2) : operator
}

/** An identity as a person reads it. */
export function formatParty(party: Party): string {
  switch (party.kind) {
    case 'operator':
      return 'the operator'
    case 'node':
      return `node '${party.node}'`
    case 'producer':
      return `producer '${party.producer}'`
    case 'instance':
      return `an instance of function '${party.function}' on node '${party.node}'`
  }
}

/** 'KEY' would make a certificate's name ambiguous. */
function isLabel(text: string): boolean {
  return LABEL.test(text) && text !== 'KEY'
}

function label(what: string, text: string): Component {
  if (!isLabel(text)) {
    throw new TrustError(
      'bad-label',
      `'${text}' cannot be the name of a ${what}: use 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first, and not KEY`,
    )
  }
  return generic(text)
}

function generic(text: string): Component {
  return Component.generic(text)
}
