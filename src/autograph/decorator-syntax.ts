// Decorators for acorn, whose grammar has none.
import { type Node as AcornNode, TokenType, tokTypes } from 'acorn';

// Its types leave the constructor's argument out.
const atSign = new (TokenType as unknown as new (label: string) => TokenType)('@');

// acorn's own methods, which its types do not name.
interface ParserParts {
  readonly type: TokenType;
  pos: number;
  readonly start: number;
  finishToken(type: TokenType): void;
  getTokenFromCode(code: number): void;
  next(): void;
  eat(type: TokenType): boolean;
  unexpected(): never;
  parseIdent(liberal: boolean): AcornNode;
  parsePrivateIdent(): AcornNode;
  parseParenExpression(): AcornNode;
  parseExprList(close: TokenType, allowTrailingComma: boolean): AcornNode[];
  parseClassElement(allowsSuper: boolean): AcornNode | null;
  parseStatement(...rest: unknown[]): AcornNode;
  parseExprAtom(...rest: unknown[]): AcornNode;
}

type ParserClass = new (...args: never[]) => ParserParts;

/** A plugin of acorn for decorators, which it does not know. They become `decorators` of the class or member behind them. */
export function withDecorators(base: unknown): never {
  class Decorating extends (base as ParserClass) {
    override getTokenFromCode(code: number): void {
      if (code === 64) {
        this.pos++;
        this.finishToken(atSign);
      } else super.getTokenFromCode(code);
    }

    override parseClassElement(allowsSuper: boolean): AcornNode | null {
      return this.#decorated(() => super.parseClassElement(allowsSuper));
    }

    override parseStatement(...rest: unknown[]): AcornNode {
      return this.#decorated(() => super.parseStatement(...rest));
    }

    override parseExprAtom(...rest: unknown[]): AcornNode {
      return this.#decorated(() => super.parseExprAtom(...rest));
    }

    #decorated<N extends AcornNode | null>(parse: () => N): N {
      const { start } = this;
      const decorators: AcornNode[] = [];
      while (this.eat(atSign)) decorators.push(this.#decorator());
      if (decorators.length === 0) return parse();
      const made = parse();
      if (made === null || !/Class|Definition|Export/.test(made.type)) return this.unexpected();
      return Object.assign(made, { start, decorators });
    }

    // `a.b.#c(…)`, or anything in parentheses.
    #decorator(): AcornNode {
      const { start } = this;
      if (this.type === tokTypes.parenL) return this.parseParenExpression();
      let found = this.parseIdent(false);
      while (this.eat(tokTypes.dot)) {
        const property = this.type === tokTypes.privateId ? this.parsePrivateIdent() : this.parseIdent(true);
        const { end } = property;
        found = {
          type: 'MemberExpression',
          start,
          end,
          object: found,
          property,
          computed: false,
        } as AcornNode;
      }
      if (!this.eat(tokTypes.parenL)) return found;
      const parts = { callee: found, arguments: this.parseExprList(tokTypes.parenR, false) };
      // The closing parenthesis has been read: what follows it begins the next token, and blanks do no harm.
      return { type: 'CallExpression', start, end: this.start, optional: false, ...parts } as AcornNode;
    }
  }
  return Decorating as never;
}
