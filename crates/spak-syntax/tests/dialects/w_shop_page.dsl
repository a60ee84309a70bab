/* 상품 상세 페이지 */
@theme dark

page ProductDetail(id) {

  /* 위쪽 */
  header #top.sticky {
    background: #fff
    color: #1a2b3c;
    padding: 8px 16px
    border: 1px solid rgba(0, 0, 0, 0.1)
    title: "{{product.name}} – 지금 구매"
  }

  #main {
    layout: grid(columns: 2, gap: "1rem")

    gallery: Carousel foreach $product.images {
      image: $item.url
      alt: $item.alt ?? "no description"
      on click -> open Lightbox($item)
    }

    .price {
      value: $product.price | currency("KRW")
      old: $product.old_price if $product.discount > 0
      badge: "-{{discount}}%" when $product.discount
    }

    button: BuyButton {
      label: "Buy now"
      icon: cart.svg
      disabled: !$product.in_stock
      on click: add_to_cart($product.id); show Toast("담았습니다")
      &:hover { transform: scale(1.05) }
    }

    reviews: list(ReviewCard) foreach $r in $product.reviews where $r.stars >= 3 {
      author: $r.author
      text: $r.text
      date: format($r.date, "YYYY-MM-DD hh:mm")
    } else {
      text: "No reviews yet"
    }
  }

  footer {
    links: [ "About" -> /about, "Help" -> https://help.example.org ]
    copyright: © 2026 Example
  }

  @media (max-width: 600px) {
    #main { layout: stack }
  }

  behavior:
    when user scrolls past #top, shrink header
    "Add" animates for 200ms
    keyboard: Esc closes the Lightbox
}
